//! Words for what is wrong with something typed: short, beside the field, with what to do.

use std::borrow::Cow;

use super::{Spoken, Texts};
use crate::domain::address::{AddressError, AddressField};
use crate::domain::amount::AmountError;
use crate::domain::email::EmailError;
use crate::domain::expiry::ExpiryError;
use crate::domain::line::{LineError, MAX_DESCRIPTION, MAX_LINES, MAX_QUANTITY};
use crate::domain::method::MethodError;
use crate::domain::phone::PhoneError;
use crate::domain::reference::{Reference, ReferenceError, TemplateError};
use crate::domain::vat::VatError;

impl Spoken for AmountError {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::Empty => "mistake-empty",
            Self::NotANumber => "mistake-not-a-number",
            Self::Ambiguous { grouped, decimal } => {
                let decimal = decimal.replace('.', &texts.lang().decimal_mark().to_string());
                let args = [("grouped", grouped.as_str().into()), ("decimal", decimal.into())];
                return texts.t_args("mistake-ambiguous", &args).into();
            }
            Self::TooFine => "mistake-too-fine",
            Self::OtherCurrency => "mistake-other-currency",
            Self::TooLarge => "mistake-too-large",
        })
    }
}

impl Spoken for PhoneError {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::Empty => "mistake-empty",
            Self::NotDigits => "mistake-phone-not-digits",
            Self::TooShort(n) | Self::TooLong(n) => {
                return texts.t_args("mistake-phone-length", &[("count", (*n).into())]).into();
            }
            Self::Impossible => "mistake-phone-impossible",
        })
    }
}

impl Spoken for EmailError {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::Empty => "mistake-empty",
            Self::NoAt => "mistake-email-no-at",
            Self::Invalid => "mistake-email-invalid",
        })
    }
}

impl Spoken for LineError {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::NoDescription => "mistake-no-description",
            Self::LongDescription => {
                return texts.t_args("mistake-too-long", &[("max", MAX_DESCRIPTION.into())]).into();
            }
            Self::ZeroQuantity => "mistake-zero-quantity",
            Self::NegativeQuantity => "mistake-negative-quantity",
            Self::FineQuantity => "mistake-fine-quantity",
            Self::HugeQuantity => {
                return texts.t_args("mistake-huge-quantity", &[("max", MAX_QUANTITY.into())]).into();
            }
            Self::ZeroPrice => "mistake-zero-price",
            Self::NegativePrice => "mistake-negative-price",
            Self::ZeroAmount => "mistake-zero-amount",
            Self::TooLarge => "mistake-too-large",
            Self::NoLines => "mistake-no-lines",
            Self::TooManyLines => {
                return texts.t_args("mistake-too-many-lines", &[("max", MAX_LINES.into())]).into();
            }
        })
    }
}

impl Spoken for VatError {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::NotANumber => "mistake-not-a-number",
            Self::Negative | Self::TooHigh => "mistake-vat-range",
            Self::TooFine => "mistake-vat-too-fine",
        })
    }
}

/// A sign within a sentence: in quotes, or by its name where nothing would be seen.
pub(crate) fn named(sign: char, texts: Texts) -> String {
    if sign.is_whitespace() {
        return texts.t("mistake-sign-space").into_owned();
    }
    let sign = if sign.is_ascii_punctuation() { sign.to_string() } else { sign.escape_debug().to_string() };
    texts.t_args("mistake-sign", &[("sign", sign.into())])
}

impl Spoken for ReferenceError {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::Empty => "mistake-empty",
            Self::TooLong => {
                return texts.t_args("mistake-too-long", &[("max", Reference::MAX.into())]).into();
            }
            Self::BadCharacter => "mistake-bad-character",
            Self::Sign(sign) => {
                let args = [("character", named(*sign, texts).into()), ("signs", Reference::SIGNS.into())];
                return texts.t_args("mistake-reference-sign", &args).into();
            }
        })
    }
}

impl Spoken for TemplateError {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        match self {
            Self::NoCounter => texts.t("mistake-template-no-counter"),
            Self::UnknownWord(word) => {
                texts.t_args("mistake-template-unknown-word", &[("word", word.as_str().into())]).into()
            }
            Self::BadCharacter(sign) => texts
                .t_args("mistake-template-character", &[("character", named(*sign, texts).into())])
                .into(),
            Self::TooLong => {
                texts.t_args("mistake-too-long", &[("max", Reference::MAX_GENERATED.into())]).into()
            }
        }
    }
}

impl Spoken for ExpiryError {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::NotATime => "mistake-not-a-time",
            Self::Past => "mistake-past",
            Self::TooFar => "mistake-too-far",
        })
    }
}

impl Spoken for AddressField {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::Name => "address-name",
            Self::Street => "address-street",
            Self::PostalCode => "address-postal-code",
            Self::Place => "address-place",
            Self::Country => "address-country",
        })
    }
}

/// Names the field, for where the mistake doesn't stand beside it.
impl Spoken for AddressError {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        match self {
            Self::Missing(field) => {
                let field = texts.say(field);
                texts.t_args("mistake-address-missing", &[("field", field.into())]).into()
            }
            Self::PostalCode => texts.t("mistake-postal-code"),
            Self::Country => texts.t("mistake-country"),
            Self::UnknownCountry => texts.t("mistake-country-unknown"),
            Self::TooLong(field) => {
                let field = texts.say(field);
                texts.t_args("mistake-address-too-long", &[("field", field.into())]).into()
            }
        }
    }
}

impl Spoken for MethodError {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t("mistake-method")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    #[test]
    fn what_is_wrong_is_said_with_the_numbers_in_it() {
        let (en, nb) = (Texts::new(Lang::English), Texts::new(Lang::Bokmal));
        assert_eq!(nb.say(&PhoneError::TooShort(7)), "Et norsk nummer har 8 siffer, dette har 7");
        assert_eq!(en.say(&PhoneError::TooLong(9)), "A Norwegian number has 8 digits, this has 9");
        assert_eq!(en.say(&LineError::HugeQuantity), "At most 1,000,000");
        let ambiguous = AmountError::Ambiguous { grouped: "1249".into(), decimal: "1.25".into() };
        assert_eq!(nb.say(&ambiguous), "Mener du 1249 eller 1,25?");
        assert_eq!(en.say(&ambiguous), "Do you mean 1249 or 1.25?");
        assert_eq!(en.say(&AddressError::Missing(AddressField::Place)), "Town is missing");
        let sign = |texts: Texts, sign| texts.say(&ReferenceError::Sign(sign)).into_owned();
        assert!(sign(en, ',').starts_with("Not “,”: letters, digits"));
        assert!(sign(nb, '"').starts_with("Ikke «\"»: bokstaver"));
        assert!(en.say(&TemplateError::BadCharacter(' ')).starts_with("Not a space: only"));
        assert!(nb.say(&TemplateError::BadCharacter('\u{a0}')).starts_with("Ikke mellomrom: bare"));
        assert!(en.say(&TemplateError::BadCharacter('\u{202e}')).starts_with("Not “\\u{202e}”: only"));
        assert_eq!(
            en.say(&TemplateError::UnknownWord("day".into())),
            "{day} is not known: {date}, {year}, {seq}"
        );
    }
}
