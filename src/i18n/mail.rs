//! The mail that carries a link to the customer, in the customer's language.

use jiff::tz::TimeZone;

use super::Texts;
use crate::domain::link::Link;

impl Texts {
    /// Subject and text of the mail for `link`, from `merchant`. `None` while the link has no address.
    #[must_use]
    pub fn mail(self, merchant: &str, link: &Link, zone: &TimeZone) -> Option<(String, String)> {
        let url = link.url.as_deref()?;
        let amount = self.amount(link.amount);
        let subject =
            self.t_args("mail-subject", &[("merchant", merchant.into()), ("amount", amount.as_str().into())]);
        let text = self.t_args(
            "mail-text",
            &[
                ("merchant", merchant.into()),
                ("amount", amount.as_str().into()),
                ("url", url.into()),
                ("reference", link.sale.reference.as_str().into()),
                ("until", self.date_and_clock(link.expires_at, zone).into()),
            ],
        );
        Some((subject, text))
    }
}
