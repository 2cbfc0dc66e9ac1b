//! What the program said to the seller before it was killed: what it printed, how it ended, what its screen showed.
//! That is what was promised, whatever the ledger and the sandbox agree on afterwards.

use std::collections::BTreeMap;

use serde_json::Value;

use super::books::{Row, Sandbox};
use super::process::End;

/// What was printed of a link.
#[derive(Debug, Clone)]
struct Said {
    reference: String,
    /// The session whose address the seller has, once one was told.
    session: Option<String>,
}

/// All links of which the seller was told, by the id that was told.
#[derive(Debug, Default)]
pub(super) struct Told(BTreeMap<String, Said>);

/// The links in what was printed; the last line may be cut off.
fn links(out: &str) -> impl Iterator<Item = Value> {
    let whole = |line: &str| serde_json::from_str::<Value>(line).ok();
    out.lines()
        .filter_map(whole)
        .filter(|l| l["id"].is_string() && l["reference"].is_string() && l["state"].is_string())
}

impl Told {
    /// What a process printed. What contradicts what was told before.
    pub(super) fn hear(&mut self, out: &str) -> Result<(), String> {
        for link in links(out) {
            let text = |key: &str| link[key].as_str().map(str::to_owned);
            let (Some(id), Some(reference)) = (text("id"), text("reference")) else { continue };
            let session = text("session_id").filter(|_| link["url"].is_string());
            let said =
                self.0.entry(id).or_insert_with(|| Said { reference: reference.clone(), session: None });
            if said.reference != reference {
                return Err(format!("a link that was told as {} is told as {reference}", said.reference));
            }
            match (&said.session, session) {
                (Some(before), Some(now)) if *before != now => {
                    return Err(format!(
                        "{reference} was told with the session {before}, and now with {now}"
                    ));
                }
                (None, now) => said.session = now,
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether the seller was told that this is kept.
    pub(super) fn knows(&self, reference: &str) -> bool {
        self.0.values().any(|said| said.reference == reference)
    }

    /// What of that is not so in the end.
    pub(super) fn broken(&self, rows: &[Row], listed: &[Value], sandbox: &Sandbox) -> Vec<String> {
        let mut wrong = Vec::new();
        for (id, said) in &self.0 {
            let name = &said.reference;
            if !rows.iter().any(|row| row.id == *id && row.reference == *name) {
                wrong.push(format!("{name} was told to the seller as {id}, and is lost"));
            }
            let Some(shown) = listed.iter().find(|l| l["id"] == **id) else {
                wrong.push(format!("{name} was told to the seller as {id}, and is not listed"));
                continue;
            };
            let Some(session) = &said.session else { continue };
            if shown["session_id"] != **session {
                wrong.push(format!(
                    "{name}: the seller has the address of {session}, and {shown} is followed"
                ));
            }
            if !sandbox
                .sessions
                .iter()
                .any(|s| s["id"] == **session && s["metadata"]["ext_paylink_id"] == **id)
            {
                wrong.push(format!(
                    "{name}: the seller has the address of {session}, which the backend doesn't know"
                ));
            }
        }
        wrong
    }
}

/// What the end of `new` says: that it was kept, or not. Wrong if it says nothing of the kind.
pub(super) fn of_a_sale(end: &End, reference: &str) -> Result<bool, String> {
    let printed = links(&end.out).find(|l| l["reference"] == *reference);
    let state = printed.as_ref().and_then(|l| l["state"].as_str());
    match (end.status, state) {
        // Killed: what was printed before that counts.
        (None, state) => Ok(state.is_some()),
        (Some(0), Some(_)) if printed.as_ref().is_some_and(|l| l["url"].is_string()) => Ok(true),
        (Some(5 | 7), Some(_)) => Ok(true),
        (Some(4), None) => Ok(false),
        _ => Err(format!("{reference}: its end says nothing that can be relied on: {end:?}")),
    }
}

/// What the screen shows of the link that is being made. A link is on the screen only once it's kept.
pub(super) fn on_screen(text: &str) -> bool {
    ["QUEUED", "SENDING", "UNCERTAIN", "NOT OPENED", "REFUSED"].iter().any(|state| text.contains(state))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str) -> Row {
        let text = str::to_owned;
        Row { id: text(id), reference: text("C-1"), state: text("open"), session: Some(text("T1.a")) }
    }

    fn sandbox(session: &str) -> Sandbox {
        let sessions = vec![serde_json::json!({"id": session, "metadata": {"ext_paylink_id": "1"}})];
        Sandbox { sessions, transactions: Vec::new(), messages: Vec::new() }
    }

    const SAID: &str = r#"{"id":"1","reference":"C-1","state":"open","session_id":"T1.a","url":"http://x"}
{"id":"2","reference":"C-2","state":"op"#;

    #[test]
    fn what_was_told_and_is_lost_is_found_even_where_both_sides_agree() {
        let listed: Vec<Value> = links(SAID).collect();
        let mut told = Told::default();
        told.hear(SAID).unwrap();
        assert!(told.knows("C-1") && !told.knows("C-2"), "a line that was cut off tells nothing");
        assert_eq!(told.broken(&[row("1")], &listed, &sandbox("T1.a")), Vec::<String>::new());
        let nothing = Sandbox { sessions: Vec::new(), transactions: Vec::new(), messages: Vec::new() };
        assert_eq!(
            told.broken(&[], &[], &nothing).len(),
            2,
            "ledger and sandbox agree that there is nothing"
        );
        assert_eq!(told.broken(&[row("3")], &listed, &sandbox("T1.a")).len(), 1, "another link of that name");
        assert_eq!(
            told.broken(&[row("1")], &listed, &sandbox("T1.b")).len(),
            1,
            "an address that leads nowhere"
        );
        assert!(told.hear(&SAID.replace("T1.a", "T1.b")).is_err(), "another address than before");
    }

    #[test]
    fn an_end_promises_what_it_says() {
        let end = |status: Option<i32>, out: &str| End { status, out: out.to_owned(), err: String::new() };
        assert_eq!(of_a_sale(&end(None, ""), "C-1"), Ok(false));
        assert_eq!(of_a_sale(&end(None, SAID), "C-1"), Ok(true));
        assert_eq!(of_a_sale(&end(Some(0), SAID), "C-1"), Ok(true));
        assert_eq!(of_a_sale(&end(Some(4), ""), "C-1"), Ok(false));
        for (status, out) in [(0, ""), (5, ""), (7, ""), (0, SAID.replace("url", "u").as_str()), (4, SAID)] {
            assert!(of_a_sale(&end(Some(status), out), "C-1").is_err(), "{status} {out}");
        }
    }
}
