//! `GET /sandbox`: the customer's phone, with every SMS and push message.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::tz::TimeZone;

use super::assets::html_with_script;
use super::bill::local_time;
use super::templates::{Bubble, PhonePage};
use super::words::choose;
use crate::domain::clean;
use crate::sandbox::Sandbox;
use crate::sandbox::clock::stamp;
use crate::sandbox::control::{check_host, from_this_machine};
use crate::sandbox::error::ApiError;
use crate::sandbox::publish::UNREACHABLE_PHONE;
use crate::sandbox::query::Query;
use crate::sandbox::state::Message;

/// The page shows this many of the newest messages.
const MOST: usize = 50;

pub(super) fn routes(_: &Sandbox) -> Router<Sandbox> {
    Router::new().route("/sandbox", get(phone))
}

async fn phone(State(sandbox): State<Sandbox>, request: Request) -> Response {
    let here = from_this_machine(&request);
    // Who listens to the local network on purpose wants a phone nearby to read its messages.
    if !here && !is_open(&sandbox) {
        return ApiError::forbidden("the phone is for this machine alone").into_response();
    }
    if let Err(error) = check_host(&sandbox, request.uri(), request.headers()) {
        return error.into_response();
    }
    let w = choose(&Query::parse(request.uri().query()), request.headers());
    let zone = sandbox.zone();
    let messages = sandbox
        .look(|world, _| world.messages.iter().rev().take(MOST).map(|m| bubble(m, here, &zone)).collect());
    html_with_script(&PhonePage { w, messages, unreachable: UNREACHABLE_PHONE })
}

/// Whether links lead somewhere else than this machine.
fn is_open(sandbox: &Sandbox) -> bool {
    url::Url::parse(sandbox.base_url()).is_ok_and(|url| match url.host() {
        Some(url::Host::Ipv4(ip)) => !ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => !ip.is_loopback(),
        Some(url::Host::Domain(name)) => name != "localhost",
        None => false,
    })
}

fn bubble(message: &Message, here: bool, zone: &TimeZone) -> Bubble {
    let text = message.text.strip_suffix(&message.url).unwrap_or(&message.text);
    let digits = message.to.chars().count();
    let to = if here {
        message.to.clone()
    } else {
        let tail: String = message.to.chars().skip(digits.saturating_sub(2)).collect();
        format!("\u{2022}\u{2022}\u{2022} {tail}")
    };
    Bubble {
        push: message.channel == "push",
        to: clean::line(&to),
        text: clean::line(text),
        url: message.url.clone(),
        at: local_time(message.at, zone),
        at_iso: stamp(message.at),
    }
}
