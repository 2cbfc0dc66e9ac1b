//! Finding a link by anything that a person remembers of it.
//!
//! A link's words are kept with all their endings (`vaffel`, `affel`, `ffel`, …), so that the full-text
//! index, which finds beginnings, finds pieces: `ost` in `brunost`, the last four digits of a phone
//! number. A phone number may be typed in any grouping. Case and accents don't matter.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::domain::amount::{AmountError, parse_price};
use crate::domain::link::Link;
use crate::domain::money::{Currency, Money};
use crate::domain::sale::{AddressPlan, Delivery};

/// The shortest ending that is kept.
const SHORTEST: usize = 2;
/// Words longer than this are kept whole only.
const LONGEST: usize = 40;
/// What joins words to one name: `KARI-1122-014`, `kari.nordmann@example.com`, `1234_5`.
const JOINTS: [char; 8] = ['-', '_', '.', '@', '/', '+', ':', '#'];
/// The most words kept for one link: a hundred lines of the longest text stay affordable.
const MOST_WORDS: usize = 4_000;
/// The most words that are looked for: the rest of a pasted page says nothing more.
const MOST_ASKED: usize = 12;
/// The fewest digits that are taken for a piece of a phone number.
const PHONE_PIECE: usize = 3;

/// The words of `link` for the index, separated by spaces.
pub(super) fn words_of(link: &Link) -> String {
    let mut kept = BTreeSet::new();
    let sale = &link.sale;
    with_endings(&mut kept, sale.reference.as_str());
    match &sale.delivery {
        Delivery::Sms(phone) => with_endings(&mut kept, &digits(phone.e164())),
        Delivery::Email(email) => with_endings(&mut kept, email.as_str()),
        Delivery::Link => {}
    }
    if let AddressPlan::Known(address) = &sale.address {
        with_endings(&mut kept, &address.full_name());
    }
    kept.insert(link.id.to_string());
    for id in [&link.session_id, &link.transaction_id].into_iter().flatten() {
        with_parts(&mut kept, id);
    }
    for line in &sale.lines {
        with_endings(&mut kept, &line.description);
        if let Some(id) = &line.product_id {
            with_parts(&mut kept, id);
        }
    }
    let kept: Vec<String> = kept.into_iter().take(MOST_WORDS).collect();
    kept.join(" ")
}

/// What to ask of the index for a text as typed; `None` where there's no letter or digit in it, which
/// restricts nothing. Every word must be found; what a person types never reaches the query's grammar.
pub(super) fn query(text: &str) -> Option<String> {
    let mut parts = Vec::new();
    let mut run: Vec<&str> = Vec::new();
    for word in text.split_whitespace().take(MOST_ASKED) {
        if phone_like(word) {
            run.push(word);
            continue;
        }
        parts.extend(phone_or_words(&std::mem::take(&mut run)));
        match Uuid::try_parse(word) {
            Ok(id) => parts.push(quoted(&id.as_simple().to_string())),
            Err(_) => parts.extend(all_of(&asked_words(word))),
        }
    }
    parts.extend(phone_or_words(&run));
    (!parts.is_empty()).then(|| parts.join(" AND "))
}

/// An amount that may be meant by a text as typed.
pub(super) struct Sum {
    /// In minor units, which are hundredths in every currency.
    pub(super) minor: i64,
    /// Of these currencies; empty for any.
    pub(super) currencies: Vec<Currency>,
    /// What else to look for, as [`query`] has it: nothing where a currency says that it is an amount.
    pub(super) words: Option<String>,
}

/// The amount that is typed, if it is one: `1249`, `1 249`, `1249,50`, `kr 49`.
pub(super) fn sum(text: &str) -> Option<Sum> {
    let text = text.trim();
    let read = |currency| match parse_price(text, currency) {
        // Nobody sells for parts of an øre: `1.249` has its thousands parted.
        Err(AmountError::Ambiguous { grouped, .. }) => parse_price(&grouped, currency).ok(),
        read => read.ok(),
    };
    let found: Vec<Money> = Currency::ALL.into_iter().filter_map(read).filter(|m| m.minor() > 0).collect();
    let minor = found.first()?.minor();
    let named = found.len() < Currency::ALL.len();
    let currencies = if named { found.iter().map(|m| m.currency()).collect() } else { Vec::new() };
    let digit = |c: char| c.is_ascii_digit();
    let parted = matches!(parse_price(text, Currency::Nok), Err(AmountError::Ambiguous { .. }));
    let words = if text.chars().all(digit) {
        query(text)
    } else if text.chars().all(|c| digit(c) || c.is_whitespace()) || (parted && !named) {
        // Not its groups: `1` and `249` are begun with by far too much.
        query(&digits(text))
    } else if text.chars().all(|c| digit(c) || matches!(c, '.' | ',')) {
        // As it may stand in a description, `Brus 0,5 l`: whole words, and no phone number.
        let words: Vec<String> = split(text).iter().map(|word| format!("\"{word}\"")).collect();
        Some(format!("({})", words.join(" AND ")))
    } else if text.chars().all(char::is_alphanumeric) {
        // `KR1` may be a piece of a reference or of an article's number.
        query(text)
    } else {
        None
    };
    Some(Sum { minor, currencies, words })
}

/// Words that stand side by side and could be groups of one phone number: found as that or as words.
fn phone_or_words(run: &[&str]) -> Option<String> {
    let words: Vec<String> = run.iter().flat_map(|word| asked_words(word)).collect();
    let as_words = all_of(&words)?;
    let number = digits(&run.concat());
    if number.len() < PHONE_PIECE {
        return Some(as_words);
    }
    // 0047 41… is +47 41…, and 070… at home is +46 70… abroad.
    let mut ways = vec![as_words];
    for way in [number.as_str(), number.trim_start_matches('0')] {
        let as_number = all_of(&[way.to_owned()]).filter(|_| way.len() >= PHONE_PIECE);
        ways.extend(as_number.filter(|way| !ways.contains(way)));
    }
    Some(format!("({})", ways.join(" OR ")))
}

/// What to look for where this was typed between two spaces: one word if it's joined like a reference
/// or an address, which is kept as one too. (Three short words would each be looked up among very many.)
fn asked_words(typed: &str) -> Vec<String> {
    let words = split(typed);
    let joined = typed.chars().all(|c| c.is_alphanumeric() || JOINTS.contains(&c));
    if joined && words.len() > 1 { vec![words.concat()] } else { words }
}

fn all_of(words: &[String]) -> Option<String> {
    if words.is_empty() {
        return None;
    }
    let quoted: Vec<String> = words.iter().take(MOST_ASKED).map(|word| quoted(word)).collect();
    Some(format!("({})", quoted.join(" AND ")))
}

/// A word as the beginning of one in the index. There are only letters and digits in it.
fn quoted(word: &str) -> String {
    format!("\"{word}\"*")
}

fn phone_like(word: &str) -> bool {
    word.chars().any(|c| c.is_ascii_digit())
        && word.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | '.' | '/' | ','))
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Keeps the words of a text with their endings. Where there's no space between words they are kept
/// joined too, from each of them on, so that `KARI-1122-014` is found by `1122-014` and `kari1122014`.
fn with_endings(kept: &mut BTreeSet<String>, text: &str) {
    for piece in text.split_whitespace() {
        let words = split(piece);
        for first in 0..words.len() {
            kept.insert(words[first..].concat());
        }
        for word in words {
            if word.chars().count() <= LONGEST {
                let starts: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
                let last = starts.len().saturating_sub(SHORTEST);
                kept.extend(starts.iter().take(last + 1).skip(1).map(|&at| word[at..].to_owned()));
            }
            kept.insert(word);
        }
    }
}

/// Keeps an id, to be found by its beginning or the beginning of one of its parts.
fn with_parts(kept: &mut BTreeSet<String>, id: &str) {
    let words = split(id);
    kept.insert(words.concat());
    kept.extend(words);
}

/// The words of a text: runs of letters and digits, in lower case, without accents. The same for what
/// is kept and for what is asked, so that the index's own tokenizer (`ascii`, for which everything
/// beyond ASCII is part of a word) never splits further.
fn split(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            // Accents on their own, as macOS writes names.
            '\u{300}'..='\u{36f}' => {}
            c if c.is_alphanumeric() => match plain(c) {
                Some(letters) => word.push_str(letters),
                None => word.push(c),
            },
            _ if word.is_empty() => {}
            _ => words.push(std::mem::take(&mut word)),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// A letter of northern and western Europe as it is typed on a keyboard that lacks it.
const fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ð' | 'đ' | 'ď' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' | 'ŋ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ő' => "o",
        'œ' => "oe",
        'ř' => "r",
        'ß' => "ss",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ť' | 'ŧ' | 'ț' => "t",
        'þ' => "th",
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_split() {
        assert_eq!(split("Kåre  O'Brien-Ødegård"), ["kare", "o", "brien", "odegard"]);
        assert_eq!(split("Ka\u{30a}re"), split("Kåre"));
        assert_eq!(split("KARI-1122_014"), ["kari", "1122", "014"]);
        assert_eq!(split("…!"), Vec::<String>::new());
    }

    #[test]
    fn endings_are_kept_down_to_two_characters() {
        let mut kept = BTreeSet::new();
        with_endings(&mut kept, "brød a");
        assert_eq!(kept.into_iter().collect::<Vec<_>>(), ["a", "brod", "od", "rod"]);
        let mut kept = BTreeSet::new();
        with_endings(&mut kept, "A-12");
        assert_eq!(kept.into_iter().collect::<Vec<_>>(), ["12", "a", "a12"]);
    }

    #[test]
    fn grammar_of_the_index_is_only_ever_text() {
        assert_eq!(query("\" OR *").as_deref(), Some("(\"or\"*)"));
        assert_eq!(query("NEAR(a b)").as_deref(), Some("(\"near\"* AND \"a\"*) AND (\"b\"*)"));
        assert_eq!(query("  -- \" ' "), None);
        assert_eq!(query(""), None);
    }

    #[test]
    fn phone_numbers_are_joined() {
        let asked = query("kari 0047 412 34 567").unwrap();
        assert!(asked.starts_with("(\"kari\"*) AND (("), "{asked}");
        assert!(asked.contains("OR (\"4741234567\"*)"), "{asked}");
        assert_eq!(query("A-12_b").as_deref(), Some("(\"a12b\"*)"), "joined as it is kept");
        assert!(query("070-123 45 67").unwrap().contains("\"701234567\"*"));
        assert!(!query("000").unwrap().contains("\"\""));
    }

    #[test]
    fn ids_are_found_with_or_without_hyphens() {
        let hyphens = query("0197a3f2-0000-7000-8000-000000000001").unwrap();
        assert_eq!(hyphens, "\"0197a3f2000070008000000000000001\"*");
    }
}
