//! The first start: the sandbox, or an account of one's own.

use super::check::FieldError;
use super::draft::FieldId;
use super::effect::SetUp;
use super::key::Key;
use super::keys::Action;
use super::model::{Issue, Model, Screen, SetUpForm, Shop, Tone};
use super::msg::SetUpTrouble;
use super::say::Say;
use super::turn::Turn;
use super::{Effect, first_questions};

/// The fields of the form, in order.
pub(super) const FIELDS: [FieldId; 5] =
    [FieldId::AccountId, FieldId::ClientId, FieldId::ClientSecret, FieldId::MerchantName, FieldId::ReturnUrl];

pub(super) fn act(t: &mut Turn<'_>, action: Action) {
    if t.model.set_up.busy {
        return;
    }
    match action {
        Action::TrySandbox => {
            t.model.set_up.busy = true;
            t.model.set_up.failed = None;
            t.ask(Effect::UseSandbox);
        }
        Action::SetUp => {
            t.model.screen = Screen::SetUp;
            t.model.set_up.failed = None;
        }
        Action::NextField => focus(t, (t.model.set_up.focus + 1) % FIELDS.len()),
        Action::PreviousField => focus(t, (t.model.set_up.focus + FIELDS.len() - 1) % FIELDS.len()),
        Action::Next => next(t),
        Action::Back => t.model.screen = Screen::Welcome,
        _ => {}
    }
}

pub(super) fn type_in(t: &mut Turn<'_>, key: Key) {
    if t.model.set_up.busy {
        return;
    }
    let form = &mut t.model.set_up;
    if let Some(field) = form.fields.get_mut(form.focus) {
        let before = field.value().to_owned();
        field.key(key);
        if field.value() != before {
            recheck(t.model);
        }
    }
}

pub(super) fn paste(t: &mut Turn<'_>, text: &str) {
    if t.model.set_up.busy {
        return;
    }
    let form = &mut t.model.set_up;
    if let Some(field) = form.fields.get_mut(form.focus) {
        let whole = field.insert(text.trim());
        recheck(t.model);
        if !whole {
            t.say(Tone::Warning, Say::TextCut);
        }
    }
}

pub(super) fn click(t: &mut Turn<'_>, field: FieldId, column: u16) {
    if t.model.set_up.busy {
        return;
    }
    if let Some(at) = FIELDS.iter().position(|f| *f == field) {
        focus(t, at);
        if let Some(field) = t.model.set_up.fields.get_mut(at) {
            field.caret_to_column(usize::from(column));
        }
    }
}

/// Leaves a field for another; what is wrong with the one left is shown.
fn focus(t: &mut Turn<'_>, to: usize) {
    let left = t.model.set_up.focus;
    let empty = t.model.set_up.fields.get(left).is_none_or(|f| f.value().trim().is_empty());
    if !empty {
        mark(&mut t.model.set_up, left);
    }
    t.model.set_up.focus = to;
}

fn mark(form: &mut SetUpForm, at: usize) {
    let Some(field) = FIELDS.get(at) else { return };
    form.issues.retain(|i| i.field != *field);
    if let Some(error) = wrong(form, at) {
        form.issues.push(Issue { field: *field, error });
    }
}

/// What was said to be wrong goes away when it is mended.
fn recheck(model: &mut Model) {
    let form = &mut model.set_up;
    let shown: Vec<usize> =
        form.issues.iter().filter_map(|i| FIELDS.iter().position(|f| *f == i.field)).collect();
    for at in shown {
        mark(form, at);
    }
    form.failed = None;
}

fn wrong(form: &SetUpForm, at: usize) -> Option<FieldError> {
    let text = form.fields.get(at)?.value().trim();
    let field = FIELDS.get(at)?;
    if text.is_empty() {
        // Not every seller has a page of their own: then the payment service's stands in.
        return (*field != FieldId::ReturnUrl).then_some(FieldError::Missing);
    }
    match field {
        FieldId::AccountId if !is_account(text) => Some(FieldError::AccountId),
        FieldId::ClientId => not_in_client_id(text).map(FieldError::ClientId),
        FieldId::ReturnUrl if !is_https(text) => Some(FieldError::Url),
        _ => None,
    }
}

fn is_account(text: &str) -> bool {
    text.strip_prefix(['T', 'P', 't', 'p'])
        .is_some_and(|digits| digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// What no client id has: it goes in front of a colon when signing in, in signs that every program knows. What else
/// it is made of is the payment service's.
fn not_in_client_id(text: &str) -> Option<char> {
    text.chars().find(|c| !c.is_ascii_graphic() || *c == ':')
}

fn is_https(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|u| u.scheme() == "https" && u.host_str().is_some_and(|h| !h.is_empty()))
}

/// The next field that is still empty, round and round.
fn next_empty(form: &SetUpForm) -> Option<usize> {
    let at = form.focus;
    let empty = |i: &usize| form.fields.get(*i).is_some_and(|f| f.value().trim().is_empty());
    (at + 1..FIELDS.len()).chain(0..at).find(empty)
}

/// Whether going on saves: every field is filled in, and nothing is wrong with them.
pub(super) fn saves(form: &SetUpForm) -> bool {
    next_empty(form).is_none() && (0..FIELDS.len()).all(|at| wrong(form, at).is_none())
}

/// To the next field that is still empty, or save.
fn next(t: &mut Turn<'_>) {
    let form = &mut t.model.set_up;
    let at = form.focus;
    mark(form, at);
    if form.issues.iter().any(|i| Some(&i.field) == FIELDS.get(at)) {
        return;
    }
    if let Some(to) = next_empty(form) {
        form.focus = to;
        return;
    }
    for i in 0..FIELDS.len() {
        mark(form, i);
    }
    form.issues.sort_by_key(|i| FIELDS.iter().position(|f| *f == i.field));
    if let Some(first) = form.issues.first() {
        form.focus = FIELDS.iter().position(|f| *f == first.field).unwrap_or(0);
        t.say(Tone::Warning, Say::MendFirst);
        return;
    }
    let [account, client, secret, name, url] = form.fields.each_ref().map(|f| f.value().trim().to_owned());
    form.busy = true;
    form.failed = None;
    t.ask(Effect::SetUp(Box::new(SetUp {
        account_id: account.to_uppercase(),
        client_id: client,
        client_secret: secret,
        merchant_name: name,
        return_url: url,
    })));
}

/// The account works, or why not.
pub(super) fn set_up(t: &mut Turn<'_>, result: Result<Box<Shop>, SetUpTrouble>) {
    t.model.set_up.busy = false;
    match result {
        Ok(shop) => {
            // The secret is not needed here any more.
            t.model.set_up = SetUpForm::default();
            t.model.shop = Some(*shop);
            t.model.screen = Screen::Dashboard;
            t.out.extend(first_questions());
        }
        Err(trouble) => t.model.set_up.failed = Some(Say::SetUpFailed(trouble)),
    }
}

#[cfg(test)]
mod tests;
