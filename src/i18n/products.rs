//! Words for what is wrong with a product list: where, what, and what to write instead.

use std::borrow::Cow;

use super::{Spoken, Texts};
use crate::domain::product::{Column, FileError, MAX_BYTES, MAX_NUMBER, MAX_PRODUCTS, Mistake, What};

impl Spoken for Column {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        texts.t(match self {
            Self::Number => "goods-column-number",
            Self::Description => "goods-column-description",
            Self::Price => "goods-column-price",
            Self::Vat => "goods-column-vat",
            Self::Currency => "goods-column-currency",
        })
    }
}

impl Spoken for FileError {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        match self {
            Self::TooLarge => texts.t_args("goods-too-large", &[("max", (MAX_BYTES >> 20).into())]).into(),
            Self::NotText => texts.t("goods-not-text"),
            Self::NoColumn(column) => {
                texts.t_args("goods-no-column", &[("column", texts.say(column).into())]).into()
            }
            Self::WithoutVat(name) => {
                texts.t_args("goods-without-vat", &[("name", name.as_str().into())]).into()
            }
            Self::TwoColumns(column, [one, other]) => {
                let args = [
                    ("column", texts.say(column).into()),
                    ("one", one.as_str().into()),
                    ("other", other.as_str().into()),
                ];
                texts.t_args("goods-two-columns", &args).into()
            }
            Self::OpenQuote(line) => texts.t_args("goods-open-quote", &[("line", (*line).into())]).into(),
            Self::Nothing => texts.t("goods-nothing"),
            Self::TooMany => texts.t_args("goods-too-many", &[("max", MAX_PRODUCTS.into())]).into(),
            Self::Rows(mistakes) => match mistakes.first.as_slice() {
                [only] if mistakes.more == 0 => texts.say(only),
                _ => {
                    let args = [("count", mistakes.count().into()), ("more", mistakes.more.into())];
                    let key = if mistakes.more > 0 { "goods-mistakes-more" } else { "goods-mistakes" };
                    texts.t_args(key, &args).into()
                }
            },
        }
    }
}

impl Spoken for Mistake {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        let (line, what) = (self.line.into(), texts.say(&self.what).into());
        match &self.column {
            Some(column) => {
                let args = [("line", line), ("column", texts.say(column).into()), ("what", what)];
                texts.t_args("goods-at", &args).into()
            }
            None => texts.t_args("goods-at-line", &[("line", line), ("what", what)]).into(),
        }
    }
}

impl Spoken for What {
    fn say(&self, texts: Texts) -> Cow<'static, str> {
        match self {
            Self::Line(error) => texts.say(error),
            Self::Amount(error) => texts.say(error),
            Self::Vat(error) => texts.say(error),
            Self::Fraction => texts.t("goods-fraction"),
            Self::PerhapsOre => texts.t("goods-perhaps-ore"),
            Self::PerhapsAmount => texts.t("goods-perhaps-amount"),
            Self::LongNumber => texts.t_args("mistake-too-long", &[("max", MAX_NUMBER.into())]).into(),
            Self::Same(line) => texts.t_args("goods-same", &[("line", (*line).into())]).into(),
            Self::Cells(found, known) => {
                texts.t_args("goods-cells", &[("found", (*found).into()), ("known", (*known).into())]).into()
            }
        }
    }
}
