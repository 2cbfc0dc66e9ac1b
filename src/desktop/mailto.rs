//! The `mailto:` address of a mail (RFC 6068).

use std::fmt::Write as _;

use crate::domain::clean;
use crate::ports::Mail;

/// The address that opens a mail program with recipient, subject and text filled in.
///
/// Everything but letters, digits and four marks is percent-encoded as UTF-8, so that no program
/// between here and the mail window can read a space, `&` or `+` in its own way. Lines of the text
/// end in CRLF, as the RFC asks for.
#[must_use]
pub fn mailto(mail: &Mail) -> String {
    let mut out = "mailto:".to_owned();
    if let Some(to) = &mail.to {
        match to.as_str().rsplit_once('@') {
            Some((local, domain)) => {
                encode(local, &mut out);
                out.push('@');
                encode(domain, &mut out);
            }
            None => encode(to.as_str(), &mut out),
        }
    }
    let mut mark = '?';
    let subject = clean::line(&mail.subject);
    if !subject.is_empty() {
        out.push(mark);
        out.push_str("subject=");
        encode(&subject, &mut out);
        mark = '&';
    }
    if !mail.text.is_empty() {
        out.push(mark);
        out.push_str("body=");
        for (n, line) in mail.text.lines().enumerate() {
            if n > 0 {
                out.push_str("%0D%0A");
            }
            let line: String = line.chars().filter(|c| !clean::is_unsafe(*c) || *c == '\t').collect();
            encode(&line, &mut out);
        }
    }
    out
}

fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String can't fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::email::Email;

    fn mail(to: Option<&str>, subject: &str, text: &str) -> String {
        // Through serde, so that this test needs nothing of how addresses are judged.
        let to = to.map(|to| serde_json::from_value::<Email>(serde_json::json!(to)).unwrap());
        mailto(&Mail { to, subject: subject.into(), text: text.into() })
    }

    #[test]
    fn a_whole_mail() {
        assert_eq!(
            mail(
                Some("kari@example.com"),
                "Betaling: 120,00 kr & mer",
                "Hei!\n\nBetal her:\nhttps://checkout.dintero.com/v1/view/x?a=1&b=2#c\n"
            ),
            "mailto:kari@example.com?subject=Betaling%3A%20120%2C00%20kr%20%26%20mer&body=Hei%21%0D%0A%0D%0A\
             Betal%20her%3A%0D%0Ahttps%3A%2F%2Fcheckout.dintero.com%2Fv1%2Fview%2Fx%3Fa%3D1%26b%3D2%23c"
        );
    }

    #[test]
    fn letters_beyond_ascii_are_utf8() {
        assert_eq!(mail(None, "Kjøp på 5 €", ""), "mailto:?subject=Kj%C3%B8p%20p%C3%A5%205%20%E2%82%AC");
    }

    #[test]
    fn nothing_can_add_a_recipient_or_a_header() {
        let made = mail(Some("a?cc=evil@x.no"), "s\r\nBcc: evil@x.no", "t\r\nu&cc=evil@x.no\u{202e}\u{1b}");
        assert_eq!(
            made,
            "mailto:a%3Fcc%3Devil@x.no?subject=s%20%20Bcc%3A%20evil%40x.no&body=t%0D%0Au%26cc%3Devil%40x.no"
        );
    }

    #[test]
    fn an_empty_mail_is_an_address_too() {
        assert_eq!(mail(None, "", ""), "mailto:");
        assert_eq!(mail(Some("ola+test@example.com"), "", ""), "mailto:ola%2Btest@example.com");
        assert_eq!(mail(None, "", "x"), "mailto:?body=x");
    }
}
