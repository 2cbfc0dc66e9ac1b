//! The language files and the source held together: same keys, same variables, nothing missing,
//! nothing left over.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{self, Entry, Expression, InlineExpression, PatternElement};
use fluent_syntax::parser;

/// Both files of a language.
pub(super) const EN: &str =
    concat!(include_str!("../../assets/lang/en.ftl"), "\n", include_str!("../../assets/lang/en-help.ftl"));
const NB: &str =
    concat!(include_str!("../../assets/lang/nb.ftl"), "\n", include_str!("../../assets/lang/nb-help.ftl"));

/// Key → the variables in it.
type Table = BTreeMap<String, BTreeSet<String>>;

pub(super) fn table(source: &str) -> Table {
    let resource = parser::parse(source).unwrap_or_else(|(_, errors)| panic!("not readable: {errors:#?}"));
    let mut table = Table::new();
    for entry in resource.body {
        match entry {
            Entry::Message(message) => {
                assert!(message.attributes.is_empty(), "{}: attributes are not used here", message.id.name);
                let mut variables = BTreeSet::new();
                let pattern = message.value.unwrap_or_else(|| panic!("{} is empty", message.id.name));
                variables_of(&pattern, &mut variables);
                let twice = table.insert(message.id.name.to_owned(), variables);
                assert!(twice.is_none(), "{} stands twice", message.id.name);
            }
            Entry::Junk { content } => panic!("not readable: {content}"),
            _ => {}
        }
    }
    table
}

fn variables_of(pattern: &ast::Pattern<&str>, into: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            match expression {
                Expression::Inline(inline) => variable(inline, into),
                Expression::Select { selector, variants } => {
                    variable(selector, into);
                    for v in variants {
                        variables_of(&v.value, into);
                    }
                }
            }
        }
    }
}

fn variable(inline: &InlineExpression<&str>, into: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            into.insert(id.name.to_owned());
        }
        InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
        other => panic!("a kind of placeable that paylink doesn't use: {other:?}"),
    }
}

#[test]
fn both_languages_have_the_same_keys_and_variables() {
    let (en, nb) = (table(EN), table(NB));
    let keys = |t: &Table| t.keys().cloned().collect::<BTreeSet<_>>();
    let only_en: Vec<_> = keys(&en).difference(&keys(&nb)).cloned().collect();
    let only_nb: Vec<_> = keys(&nb).difference(&keys(&en)).cloned().collect();
    assert!(only_en.is_empty(), "missing in nb.ftl: {only_en:?}");
    assert!(only_nb.is_empty(), "missing in en.ftl: {only_nb:?}");
    for (key, variables) in &en {
        assert_eq!(Some(variables), nb.get(key), "{key}: other variables in nb.ftl");
    }
}

#[test]
fn keys_are_kebab_case() {
    for key in table(EN).keys() {
        assert!(
            key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
                && key.contains('-'),
            "{key}"
        );
    }
}

/// Every source file, without its tests.
fn sources() -> Vec<(PathBuf, String)> {
    fn walk(dir: &Path, out: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(&text).to_owned();
                out.push((path, code));
            }
        }
    }
    let mut out = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut out);
    out
}

/// The literal that a call begins with: `text` stands right after its opening bracket.
fn first_literal(text: &str) -> Option<&str> {
    let rest = text.trim_start().strip_prefix('"')?;
    rest.split_once('"').map(|(literal, _)| literal)
}

/// Up to the bracket that closes the call.
fn call(text: &str) -> &str {
    let mut depth = 1_usize;
    for (i, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return text.get(..i).unwrap_or(text);
        }
    }
    text
}

/// Every use of a text by a literal key: (where, key, values given by name, or none for `t`).
fn uses() -> Vec<(PathBuf, String, Option<BTreeSet<String>>)> {
    let mut out = Vec::new();
    for (path, code) in sources() {
        for name in [".t(", ".t_args("] {
            for (at, _) in code.match_indices(name) {
                let rest = &code[at + name.len()..];
                let Some(key) = first_literal(rest) else { continue };
                let values = (name == ".t_args(").then(|| {
                    let inner = call(rest);
                    // `("name", …)`: a literal right after an inner opening bracket.
                    inner
                        .match_indices('(')
                        .filter_map(|(i, _)| {
                            let tail = &inner[i + 1..];
                            let literal = first_literal(tail)?;
                            tail.trim_start()[literal.len() + 2..]
                                .trim_start()
                                .starts_with(',')
                                .then_some(literal)
                        })
                        .map(str::to_owned)
                        .collect()
                });
                out.push((path.clone(), key.to_owned(), values));
            }
        }
    }
    out
}

#[test]
fn every_text_that_is_used_exists_with_the_values_it_needs() {
    let en = table(EN);
    let uses = uses();
    assert!(uses.len() > 20, "the search for uses finds nothing: {uses:?}");
    for (path, key, values) in uses {
        let path = path.display();
        let Some(variables) = en.get(&key) else { panic!("{path}: {key} is in no language file") };
        match values {
            None => assert!(variables.is_empty(), "{path}: {key} needs {variables:?}: t_args"),
            // Values in a variable can't be read here; those written out must be the right ones.
            Some(values) if values.is_empty() => {}
            Some(values) => assert_eq!(&values, variables, "{path}: {key}"),
        }
    }
}

#[test]
fn every_key_of_the_key_table_has_words() {
    let en = table(EN);
    let mut seen = 0;
    for (path, code) in sources() {
        for (at, _) in code.match_indices("\"key-") {
            let key = first_literal(&code[at..]).unwrap();
            assert!(en.contains_key(key), "{}: {key}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 40, "the key table was not found");
}

#[test]
fn no_text_is_left_over() {
    let code: String = sources().into_iter().map(|(_, code)| code).collect();
    // Those of the command line and of doctor's checks are found by their names: tests/it/cli/help.rs.
    let by_name = |key: &str| {
        ["command-", "option-", "value-", "placeholder-", "doctor-name-"]
            .iter()
            .any(|prefix| key.starts_with(prefix))
    };
    let unused: Vec<_> =
        table(EN).into_keys().filter(|key| !by_name(key) && !code.contains(&format!("\"{key}\""))).collect();
    assert!(unused.is_empty(), "in the language files, but nowhere in the source: {unused:#?}");
}

#[test]
fn nothing_is_left_untranslated_by_accident() {
    use paylink::i18n::{Lang, Texts};
    let (en, nb) = (Texts::new(Lang::English), Texts::new(Lang::Bokmal));
    // Texts that are the same in both languages on purpose.
    let same: Vec<_> = table(EN)
        .into_iter()
        .filter(|(_, variables)| variables.is_empty())
        .map(|(key, _)| &*Box::leak(key.into_boxed_str()))
        .filter(|key| en.t(key) == nb.t(key))
        .collect();
    assert_eq!(same, SAME_IN_BOTH, "translate it, or add it to SAME_IN_BOTH");
}

/// Words that are the same in English and bokmål, in the order of the alphabet.
const SAME_IN_BOTH: &[&str] = &[
    "delivery-sms",
    "doctor-name-data",
    "doctor-name-terminal",
    "header-sandbox",
    "help-dashboard",
    "key-filter",
    "key-to-dashboard",
    "link-busy",
    "order-country-note",
    "order-expiry-minutes",
    "placeholder-id",
    "placeholder-ref",
    "step-start",
    "value-level-m",
];
