//! A link as it is written in a log, a panic or a failing test: nobody can pay by that, or learn whom it went to.

use std::fmt;

use super::Link;

/// Whose address it is, and nothing by which it could be opened: `https://checkout.dintero.com/…`.
#[must_use]
pub fn masked_address(url: &str) -> String {
    let host = url.split_once("://").and_then(|(scheme, rest)| {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        // What stands before an `@` is no host.
        let host = rest.get(..end)?.rsplit('@').next()?;
        Some(format!("{scheme}://{host}/…"))
    });
    host.unwrap_or_else(|| "…".to_owned())
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // So that a new field is thought of here, too.
        let Self {
            id,
            account_id,
            sale,
            amount,
            vat,
            created_at,
            state,
            reason,
            session_id,
            transaction_id,
            url,
            expires_at,
            delivery_status,
            by_push,
            reissue_of,
            alarms,
            events,
            changed_at,
        } = self;
        f.debug_struct("Link")
            .field("id", id)
            .field("account_id", account_id)
            .field("sale", sale)
            .field("amount", amount)
            .field("vat", vat)
            .field("created_at", created_at)
            .field("state", state)
            .field("reason", reason)
            .field("session_id", session_id)
            .field("transaction_id", transaction_id)
            .field("url", &url.as_deref().map(masked_address))
            .field("expires_at", expires_at)
            .field("delivery_status", delivery_status)
            .field("by_push", by_push)
            .field("reissue_of", reissue_of)
            .field("alarms", alarms)
            .field("events", events)
            .field("changed_at", changed_at)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::masked_address;

    #[test]
    fn an_address_tells_its_host_alone() {
        for (url, shown) in [
            ("https://checkout.dintero.com/v1/view/T1.abc?sid=9", "https://checkout.dintero.com/…"),
            ("https://user:pw@checkout.dintero.com:8443#x", "https://checkout.dintero.com:8443/…"),
            ("https://x", "https://x/…"),
            ("T1.abc", "…"),
            ("", "…"),
        ] {
            assert_eq!(masked_address(url), shown, "{url}");
        }
    }
}
