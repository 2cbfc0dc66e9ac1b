//! Moving money that is reserved: capture, void, refund, in whole or in part (API, 5.2 and 5.3).

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::clock::{after_ms, stamp};
use super::error::{ApiError, object_body};
use super::front::Course;
use super::sessions::unknown;
use super::state::{MoveKind, MoveRequest, Object, Pending, Status, Transaction, World};
use super::{Sandbox, ids};

/// The types whose rest can be released after a part was captured.
const VOID_AFTER_CAPTURE: [&str; 9] = [
    "payex.creditcard",
    "payex.mobilepay",
    "payex.vipps",
    "payex.applepay",
    "payex.clicktopay",
    "payex.googlepay",
    "vipps",
    "klarna.klarna",
    "klarna.billie",
];

const EVENT_REQUEST_ID: HeaderName = HeaderName::from_static("event-request-id");

/// `POST /v1/transactions/{id}/capture`
pub(super) async fn capture(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    course: Option<Extension<Course>>,
    body: Bytes,
) -> Result<Response, ApiError> {
    perform(&sandbox, &id, MoveKind::Capture, &body, course)
}

/// `POST /v1/transactions/{id}/void`
pub(super) async fn void(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    course: Option<Extension<Course>>,
) -> Result<Response, ApiError> {
    perform(&sandbox, &id, MoveKind::Void, b"", course)
}

/// `POST /v1/transactions/{id}/refund`
pub(super) async fn refund(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    course: Option<Extension<Course>>,
    body: Bytes,
) -> Result<Response, ApiError> {
    perform(&sandbox, &id, MoveKind::Refund, &body, course)
}

fn perform(
    sandbox: &Sandbox,
    id: &str,
    kind: MoveKind,
    body: &[u8],
    course: Option<Extension<Course>>,
) -> Result<Response, ApiError> {
    let body = object_body(body)?;
    sandbox.change(|world, now| {
        let account = world.account_id.clone();
        let transaction = world.transactions.get_mut(id).ok_or_else(|| unknown(id, &account))?;
        let request = transaction.check(kind, &body)?;
        let course = course.map_or(Course { later: None, fails: false }, |Extension(course)| course);
        let Some(ms) = course.later else {
            if course.fails {
                transaction.fail(kind, &request, None, now);
            } else {
                transaction.carry_out(kind, &request, None, now);
            }
            return Ok(Json(transaction.read()).into_response());
        };
        let request_id = transaction.accept(kind, request, course.fails, now, after_ms(now, ms));
        let header = [(EVENT_REQUEST_ID, request_id)];
        Ok((StatusCode::ACCEPTED, header, Json(transaction.read())).into_response())
    })
}

impl World {
    /// Finishes the moves of money that were accepted and are due by now.
    pub(super) fn settle(&mut self, now: Timestamp) {
        let mut done = 0;
        for transaction in self.transactions.iter_mut() {
            while let Some(at) = transaction.pending.iter().position(|p| p.due <= now) {
                let pending = transaction.pending.remove(at);
                let Pending { kind, due, request_id, request, fails } = pending;
                if fails {
                    transaction.fail(kind, &request, Some(&request_id), due);
                } else {
                    transaction.carry_out(kind, &request, Some(&request_id), due);
                }
                done += 1;
            }
        }
        if done > 0 {
            self.version += 1;
        }
    }
}

impl Transaction {
    /// What may still be captured or released, counting what is under way as gone.
    fn reserved(&self) -> i64 {
        self.amount - self.captured - self.voided - self.under_way(MoveKind::Capture)
    }

    /// What may still be paid back.
    fn refundable(&self) -> i64 {
        self.captured - self.refunded - self.under_way(MoveKind::Refund)
    }

    fn under_way(&self, kind: MoveKind) -> i64 {
        self.pending.iter().filter(|p| p.kind == kind).map(|p| p.request.amount).sum()
    }

    fn check(&self, kind: MoveKind, body: &Object) -> Result<MoveRequest, ApiError> {
        if self.pending.iter().any(|p| p.kind == MoveKind::Void) {
            return Err(ApiError::bad_request("a void is being processed"));
        }
        let word = self.status.word();
        match kind {
            MoveKind::Capture => {
                let open = matches!(
                    self.status,
                    Status::Authorized | Status::PartiallyCaptured | Status::PartiallyCapturedRefunded
                );
                if !open || self.reserved() <= 0 {
                    return Err(ApiError::bad_request(format!(
                        "a transaction that is {word} can't be captured"
                    )));
                }
                self.move_request(body, "capture_reference", self.reserved())
            }
            MoveKind::Refund => {
                if self.refundable() <= 0 {
                    let hint = if self.status == Status::Authorized { ": void it instead" } else { "" };
                    let message = format!("a transaction that is {word} can't be refunded{hint}");
                    return Err(ApiError::bad_request(message));
                }
                self.move_request(body, "refund_reference", self.refundable())
            }
            MoveKind::Void => {
                let part = self.status == Status::PartiallyCaptured
                    && VOID_AFTER_CAPTURE.contains(&self.method.as_str());
                if !(self.status == Status::Authorized || part) || self.reserved() <= 0 {
                    let message = format!("a {} transaction that is {word} can't be voided", self.method);
                    return Err(ApiError::bad_request(message));
                }
                if !self.pending.is_empty() {
                    return Err(ApiError::bad_request("a capture is being processed"));
                }
                Ok(MoveRequest { amount: self.reserved(), ..MoveRequest::default() })
            }
        }
    }

    fn move_request(&self, body: &Object, reference: &str, most: i64) -> Result<MoveRequest, ApiError> {
        let text = |key: &str| match body.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(ApiError::bad_request(format!("{key}: must be a string"))),
        };
        let amount = body.get("amount").ok_or_else(|| ApiError::bad_request("amount: is required"))?;
        let amount = amount.as_i64().filter(|n| i32::try_from(*n).is_ok() && *n > 0).ok_or_else(|| {
            ApiError::bad_request("amount: must be an integer of 32 bits above 0 (minor units)")
        })?;
        if amount > most {
            return Err(ApiError::bad_request(format!("amount: {amount} is more than what is left, {most}")));
        }
        text("reason")?;
        let last = match body.get("final_capture") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(last)) => *last,
            Some(_) => return Err(ApiError::bad_request("final_capture: must be true or false")),
        };
        if last && !self.method.starts_with("dintero_psp.") {
            return Err(ApiError::bad_request("final_capture: works with dintero_psp alone"));
        }
        let items = self.move_items(body)?;
        if items.is_empty() && self.method.starts_with("instabank.") {
            return Err(ApiError::bad_request("items: is required for Instabank"));
        }
        Ok(MoveRequest { amount, reference: text(reference)?, items, metadata: move_metadata(body)?, last })
    }

    fn move_items(&self, body: &Object) -> Result<Vec<Value>, ApiError> {
        let rows = match body.get("items") {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(rows)) => rows,
            Some(_) => return Err(ApiError::bad_request("items: must be an array")),
        };
        for (n, row) in rows.iter().enumerate() {
            let Some(line) = row.get("line_id").and_then(Value::as_str) else {
                return Err(ApiError::bad_request(format!("items[{n}].line_id: is required")));
            };
            if !self.items.iter().any(|item| item["line_id"] == line) {
                let message = format!("items[{n}].line_id: the transaction has no such line");
                return Err(ApiError::bad_request(message));
            }
            if row.get("amount").and_then(Value::as_i64).is_none() {
                return Err(ApiError::bad_request(format!("items[{n}].amount: must be an integer")));
            }
        }
        Ok(rows.clone())
    }

    /// Takes a move on, to be finished when it is `due`.
    fn accept(
        &mut self,
        kind: MoveKind,
        request: MoveRequest,
        fails: bool,
        now: Timestamp,
        due: Timestamp,
    ) -> String {
        let name = match kind {
            MoveKind::Capture => "INITIATE_CAPTURE",
            MoveKind::Void => "INITIATE_VOID",
            MoveKind::Refund => "INITIATE_REFUND",
        };
        self.event(name, request.amount, true, Value::Null, now);
        let request_id = ids::uuid();
        self.complete_event(&request, None, Some(&request_id));
        self.pending.push(Pending { kind, due, request_id: request_id.clone(), request, fails });
        request_id
    }

    /// The move was tried and failed: no money has moved, the status stays, an event tells why.
    fn fail(&mut self, kind: MoveKind, request: &MoveRequest, answers: Option<&str>, at: Timestamp) {
        let name = match kind {
            MoveKind::Capture => "CAPTURE",
            MoveKind::Void => "VOID",
            MoveKind::Refund => "REFUND",
        };
        let error = json!({ "code": "SANDBOX_FAULT", "message": "a failure that was asked for" });
        self.event(name, request.amount, false, error, at);
        self.complete_event(request, answers, None);
    }

    /// Moves the money. The request was checked when it came.
    pub(super) fn carry_out(
        &mut self,
        kind: MoveKind,
        request: &MoveRequest,
        answers: Option<&str>,
        at: Timestamp,
    ) {
        let name = match kind {
            MoveKind::Capture => {
                self.captured += request.amount;
                self.captured_at = Some(at);
                if request.last {
                    self.voided = self.amount - self.captured;
                }
                "CAPTURE"
            }
            MoveKind::Void => {
                self.voided += request.amount;
                "VOID"
            }
            MoveKind::Refund => {
                self.refunded += request.amount;
                self.refunded_at = Some(at);
                "REFUND"
            }
        };
        self.status = status_of(self.amount, self.captured, self.refunded, self.voided);
        self.event(name, request.amount, true, Value::Null, at);
        self.complete_event(request, answers, None);
    }

    /// Adds an event; the transaction's status is already the one after it.
    pub(super) fn event(&mut self, name: &str, amount: i64, success: bool, error: Value, at: Timestamp) {
        let mut event = json!({
            "id": ids::uuid(),
            "event": name,
            "transaction_status": self.status.word(),
            "success": success,
            "amount": amount,
            "items": [],
            "created_at": stamp(at),
            "created_by": "sandbox",
            "request_id": ids::uuid(),
        });
        if !error.is_null() {
            event["error"] = error;
        }
        self.events.push(event);
        self.updated_at = at;
    }

    /// Completes the newest event with what the request said.
    fn complete_event(&mut self, request: &MoveRequest, answers: Option<&str>, request_id: Option<&str>) {
        let default = self.content.get("metadata").and_then(|m| m.get("event_reference")).cloned();
        let Some(event) = self.events.last_mut() else { return };
        if let Some(reference) = request.reference.as_deref().map(Value::from).or(default) {
            event["event_reference"] = reference;
        }
        event["items"] = Value::Array(request.items.clone());
        if !request.metadata.is_empty() {
            event["metadata"] = Value::Object(request.metadata.clone());
        }
        if let Some(id) = answers {
            event["correlation_request_id"] = id.into();
        }
        if let Some(id) = request_id {
            event["request_id"] = id.into();
        }
    }
}

/// The status that follows from how much went where.
fn status_of(amount: i64, captured: i64, refunded: i64, voided: i64) -> Status {
    let whole = captured == amount;
    let released = captured + voided >= amount;
    match (captured, refunded) {
        (0, _) if voided > 0 => Status::AuthorizationVoided,
        (0, _) => Status::Authorized,
        (_, 0) if whole => Status::Captured,
        (_, 0) => Status::PartiallyCaptured,
        (c, r) if r >= c && released => Status::Refunded,
        (_, _) if whole => Status::PartiallyRefunded,
        (_, _) => Status::PartiallyCapturedRefunded,
    }
}

/// Own notes on a move: keys begin with `ext_`, at most 128 characters, values text of at most 256.
fn move_metadata(body: &Object) -> Result<Object, ApiError> {
    let metadata = match body.get("metadata") {
        None | Some(Value::Null) => return Ok(Object::new()),
        Some(Value::Object(metadata)) => metadata,
        Some(_) => return Err(ApiError::bad_request("metadata: must be an object")),
    };
    for (key, value) in metadata {
        if !key.starts_with("ext_") || key.chars().count() > 128 {
            return Err(ApiError::bad_request(
                "metadata: keys begin with ext_ and have at most 128 characters",
            ));
        }
        if value.as_str().is_none_or(|text| text.chars().count() > 256) {
            return Err(ApiError::bad_request("metadata: values are text of at most 256 characters"));
        }
    }
    Ok(metadata.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_follows_from_the_sums() {
        let cases = [
            ((100, 0, 0, 0), Status::Authorized),
            ((100, 0, 0, 100), Status::AuthorizationVoided),
            ((100, 40, 0, 0), Status::PartiallyCaptured),
            ((100, 40, 0, 60), Status::PartiallyCaptured),
            ((100, 100, 0, 0), Status::Captured),
            ((100, 100, 30, 0), Status::PartiallyRefunded),
            ((100, 100, 100, 0), Status::Refunded),
            ((100, 40, 10, 0), Status::PartiallyCapturedRefunded),
            ((100, 40, 40, 0), Status::PartiallyCapturedRefunded),
            ((100, 40, 40, 60), Status::Refunded),
        ];
        for ((amount, captured, refunded, voided), status) in cases {
            assert_eq!(
                status_of(amount, captured, refunded, voided),
                status,
                "{amount} {captured} {refunded} {voided}"
            );
        }
    }
}
