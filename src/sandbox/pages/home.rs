//! `GET /`: where a customer lands after paying when the seller has named no page, since an account's
//! `return_url` is its checkout address until one is set.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::assets::html;
use super::ends::notice;
use super::templates::Notice;
use super::words::choose;
use crate::domain::clean;
use crate::sandbox::Sandbox;
use crate::sandbox::query::Query;

/// A longer reference is cut: anybody can write anything into the address.
const LONGEST_REFERENCE: usize = 80;

/// Thanks, or a word on what went wrong, from what the backend appends (API, 10). It is only said,
/// never believed: whether money came is for the seller's program to ask.
pub(super) async fn home(
    State(sandbox): State<Sandbox>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = Query::parse(raw.as_deref());
    let words = choose(&query, &headers);
    let reference = query.one("merchant_reference").map(|text| clean::line_within(text, LONGEST_REFERENCE));
    let sent_here = reference.is_some() || query.one("transaction_id").is_some();
    let kind = match query.one("error") {
        Some("cancelled") => Notice::BackUnpaid,
        Some(_) => Notice::BackFailed,
        None if sent_here => Notice::Back,
        None => Notice::Home,
    };
    let mut page = notice(&sandbox, words, kind, None, None);
    page.reference = reference;
    page.other_language_url = Some(in_language(&query, words.other_code));
    page.aside = (kind != Notice::Home).then_some(words.stands_in);
    html(StatusCode::OK, &page, None)
}

/// The same page in language `code`.
fn in_language(query: &Query, code: &str) -> String {
    let mut out = url::form_urlencoded::Serializer::new(String::from("/?"));
    out.append_pair("language", code);
    for name in ["merchant_reference", "transaction_id", "error"] {
        if let Some(value) = query.one(name) {
            out.append_pair(name, value);
        }
    }
    out.finish()
}
