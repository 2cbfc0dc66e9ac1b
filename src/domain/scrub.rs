//! What may be a phone number, an e-mail address or a token is taken out of messages that others wrote: backends like to
//! repeat the value that they didn't like.

/// So many digits in one piece may be a phone number, in Norway and nearly everywhere else.
const DIGITS: usize = 8;
/// So many after a plus.
const DIGITS_ABROAD: usize = 5;
/// How eight digits are read out in Norway; dates and amounts fall into other groups.
const GROUPS: [&[usize]; 3] = [&[3, 2, 3], &[2, 2, 2, 2], &[4, 4]];

/// `text` without them. Dates, amounts, references and ids stay.
#[must_use]
pub fn scrub(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let ends_word = |c: char| c.is_whitespace() || "\"'`<>()[]{},;:=|".contains(c);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end =
            if ends_word(first) { first.len_utf8() } else { rest.find(ends_word).unwrap_or(rest.len()) };
        let (word, tail) = rest.split_at(end);
        out.push_str(instead(word).unwrap_or(word));
        rest = tail;
    }
    without_numbers(&out).trim_end().to_owned()
}

/// What stands for an address or a token.
fn instead(word: &str) -> Option<&'static str> {
    if word.contains('@') || word.to_ascii_lowercase().contains("%40") {
        Some("(an e-mail address)")
    } else if word.starts_with("eyJ") && word.len() > 20 {
        Some("(a token)")
    } else {
        None
    }
}

fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = Run::at(rest).filter(|run| !in_a_word(&out) && !run.goes_on(rest));
        let (shown, length) = match run {
            Some(run) if run.may_be_a_phone() => ("(a number)", run.length),
            Some(run) => (&rest[..run.length], run.length),
            // Digits of a word are passed over at once: their end is no beginning.
            None => {
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                let length = digits.max(first.len_utf8());
                (&rest[..length], length)
            }
        };
        out.push_str(shown);
        rest = &rest[length..];
    }
    out
}

/// Whether what follows `before` is the rest of a word: of a reference, an id, a path.
fn in_a_word(before: &str) -> bool {
    let mut back = before.chars().rev();
    match back.next() {
        Some(c) if c.is_alphanumeric() => true,
        Some('-' | '_' | '.' | '/') => back.next().is_some_and(char::is_alphanumeric),
        _ => false,
    }
}

/// Digits in groups, as numbers are written.
struct Run {
    /// Its bytes.
    length: usize,
    /// It begins with `+`, however that is written.
    plus: bool,
    /// The digits of each group, and what stands before it.
    groups: Vec<(&'static str, usize)>,
}

impl Run {
    /// The one at the beginning of `text`.
    fn at(text: &str) -> Option<Self> {
        let plus = ["+", "%2B", "%2b"].into_iter().find(|plus| text.starts_with(plus));
        let mut run = Self { length: plus.map_or(0, str::len), plus: plus.is_some(), groups: Vec::new() };
        let mut before = "";
        loop {
            let digits = text[run.length + before.len()..].bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                break;
            }
            run.groups.push((before, digits));
            run.length += before.len() + digits;
            let tail = &text[run.length..];
            let between = [") ", " (", " ", "-", ".", "/", "\u{a0}", "\u{202f}", "%20", "(", ")"];
            match between.into_iter().find(|between| tail.starts_with(between)) {
                Some(between) => before = between,
                None => break,
            }
        }
        (!run.groups.is_empty()).then_some(run)
    }

    /// Whether a word goes on after it.
    fn goes_on(&self, text: &str) -> bool {
        let mut after = text[self.length..].chars();
        match after.next() {
            Some(c) if c.is_alphanumeric() => true,
            Some('-' | '_') => after.next().is_some_and(char::is_alphanumeric),
            _ => false,
        }
    }

    fn may_be_a_phone(&self) -> bool {
        let all: usize = self.groups.iter().map(|(_, digits)| digits).sum();
        let read_out = |groups: &[usize]| {
            self.groups.windows(groups.len()).any(|window| {
                let alike = window[1..].windows(2).all(|pair| pair[0].0 == pair[1].0);
                // With `47` or `0047` right before it.
                let first = [0, 2, 4].map(|code| groups[0] + code).contains(&window[0].1);
                alike
                    && first
                    && window[1..].iter().zip(&groups[1..]).all(|((_, digits), wanted)| digits == wanted)
            })
        };
        (self.plus && all >= DIGITS_ABROAD)
            || self.groups.iter().any(|(_, digits)| *digits >= DIGITS)
            || GROUPS.into_iter().any(read_out)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn people_and_tokens_are_taken_out() {
        for (given, kept) in [
            ("phone +4741234567 is wrong", "phone (a number) is wrong"),
            ("phone \"+47 412 34 567\" is wrong", "phone \"(a number)\" is wrong"),
            ("phone 41234567, sorry", "phone (a number), sorry"),
            ("is it 4741234567?", "is it (a number)?"),
            ("not 004741234567!", "not (a number)!"),
            ("412 34 567 isn't one", "(a number) isn't one"),
            ("412-34-567", "(a number)"),
            ("41 23 45 67.", "(a number)."),
            ("4123 4567", "(a number)"),
            ("412\u{a0}34\u{a0}567", "(a number)"),
            ("+47.412.34.567", "(a number)"),
            ("to=%2B4741234567&x", "to=(a number)&x"),
            ("to=%2B47%20412%2034%20567", "to=(a number)"),
            ("+1 (202) 555-0143", "(a number)"),
            ("/customers/41234567", "/customers/41234567"),
            ("kari@example.com is bad", "(an e-mail address) is bad"),
            ("x=kari%40example.com", "x=(an e-mail address)"),
            ("token eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.x", "token (a token)"),
            ("reference KARI-20261122-001 used", "reference KARI-20261122-001 used"),
            ("account T12345678 unknown", "account T12345678 unknown"),
            ("id 12345678-9abc-4def-8123-123456789abc", "id 12345678-9abc-4def-8123-123456789abc"),
            ("amount 12000 + 500 differs", "amount 12000 + 500 differs"),
            ("2026-11-22", "2026-11-22"),
            ("2026-11-28T12:41:07Z", "2026-11-28T12:41:07Z"),
            ("28.11.2026 12.30", "28.11.2026 12.30"),
            ("NOK 1 249 000", "NOK 1 249 000"),
            ("", ""),
        ] {
            assert_eq!(scrub(given), kept);
        }
    }

    proptest! {
        #[test]
        fn no_number_gets_through(
            digits in proptest::collection::vec(0u8..10, 8),
            (before, after) in ("[a-z]{0,9}[ :=\"(]", "[ ,.;!?\")]{0,2}[a-z ]{0,9}"),
            prefix in prop_oneof![Just(""), Just("+47"), Just("+47 "), Just("0047"), Just("47"), Just("%2B47")],
            groups in prop_oneof![Just(vec![8]), Just(vec![3, 2, 3]), Just(vec![2, 2, 2, 2])],
            between in prop_oneof![Just(" "), Just("-"), Just("."), Just("\u{a0}")],
        ) {
            let digits: String = digits.iter().map(u8::to_string).collect();
            let mut rest = digits.as_str();
            let mut written = Vec::new();
            for group in groups {
                let (group, tail) = rest.split_at(group);
                written.push(group);
                rest = tail;
            }
            let number = format!("{prefix}{}", written.join(between));
            // A letter right after it makes it a word.
            let after = if after.starts_with(|c: char| c.is_alphanumeric()) { format!(" {after}") } else { after };
            let told = scrub(&format!("{before}{number}{after}"));
            prop_assert!(told.contains("(a number)"), "{told}");
            let left: String = told.chars().filter(char::is_ascii_digit).collect();
            prop_assert!(left.is_empty(), "{told}");
        }

        #[test]
        fn anything_can_be_scrubbed(text in "\\PC*") {
            let _ = scrub(&text);
        }
    }
}
