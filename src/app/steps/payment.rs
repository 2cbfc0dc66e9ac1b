//! Step 2: which payment methods the customer may use.

use super::{Turn, changed, focus};
use crate::app::draft::FieldId;
use crate::app::keys::Action;
use crate::app::model::{Model, Offered, Wizard};
use crate::app::turn::moved;
use crate::domain::method::{Method, MethodKind, kind_of_type};

/// Works out anew what is offered, with its ticks: from the config, else the payment profile, else
/// the kinds that are usual (contracts, 2).
pub(in crate::app) fn offer(model: &mut Model) {
    let Some(shop) = &model.shop else { return };
    let wizard = &mut model.wizard;
    let methods = match (&shop.methods, &wizard.profile) {
        (Some(configured), _) => configured.clone(),
        (None, Some(types)) => of_profile(types),
        (None, None) => usual(),
    };
    let ticked: Option<Vec<Method>> = if wizard.draft.methods_chosen {
        Some(wizard.draft.methods.iter().filter_map(|m| Method::parse(m).ok()).collect())
    } else {
        shop.default_methods.clone()
    };
    let on = |method: &Method| ticked.as_ref().is_none_or(|t| t.iter().any(|x| same(x, method)));
    wizard.offered_is_profile = shop.methods.is_none();
    wizard.offered = methods.into_iter().map(|method| Offered { on: on(&method), method }).collect();
    // The list may have become shorter under the focus.
    if let Some(FieldId::Method(i)) = wizard.focus {
        wizard.focus = Some(FieldId::Method(i.min(wizard.offered.len())));
    }
}

/// The profile's types, by short name where no other type of the profile is of that kind.
fn of_profile(types: &[String]) -> Vec<Method> {
    let mut methods: Vec<Method> = Vec::new();
    for name in types {
        let kind = kind_of_type(name);
        let alone = kind != MethodKind::Other
            && types.iter().filter(|other| *other != name).all(|other| kind_of_type(other) != kind);
        let parsed = Method::parse(if alone { kind.short_name() } else { name });
        if let Ok(method) = parsed
            && !methods.contains(&method)
        {
            methods.push(method);
        }
    }
    methods
}

fn usual() -> Vec<Method> {
    let kinds = MethodKind::NAMED.into_iter().filter(|k| k.fallback_type().is_some());
    kinds.filter_map(|k| Method::parse(k.short_name()).ok()).collect()
}

/// Whether a tick made under one name is meant for the other: a short name stands for its types.
fn same(a: &Method, b: &Method) -> bool {
    a == b || (a.kind() == b.kind() && (!a.is_type() || !b.is_type()))
}

pub(super) fn act(t: &mut Turn<'_>, action: Action) {
    let at = match t.model.wizard.focus {
        Some(FieldId::Method(i)) => i,
        _ => 0,
    };
    let count = t.model.wizard.offered.len() + 1;
    match action {
        Action::Up => focus(t, FieldId::Method(moved(at, -1, count))),
        Action::Down => focus(t, FieldId::Method(moved(at, 1, count))),
        Action::Toggle => {
            match at.checked_sub(1) {
                None => all(&mut t.model.wizard),
                Some(i) => {
                    if let Some(offered) = t.model.wizard.offered.get_mut(i) {
                        offered.on = !offered.on;
                    }
                }
            }
            ticked(t);
        }
        Action::All => {
            all(&mut t.model.wizard);
            ticked(t);
        }
        _ => {}
    }
}

/// All, or none if all are ticked.
fn all(wizard: &mut Wizard) {
    let on = !wizard.offered.iter().all(|o| o.on);
    for offered in &mut wizard.offered {
        offered.on = on;
    }
}

fn ticked(t: &mut Turn<'_>) {
    let wizard = &mut t.model.wizard;
    wizard.draft.methods_chosen = true;
    wizard.draft.methods =
        wizard.offered.iter().filter(|o| o.on).map(|o| o.method.as_str().to_owned()).collect();
    wizard.touched.insert(FieldId::Methods);
    changed(t);
}
