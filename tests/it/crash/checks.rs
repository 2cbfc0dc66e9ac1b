//! At the end: the ledger and the sandbox, and every sale accounted for.

use super::books::{self, Row, Sandbox};
use super::till::{Asked, Till, event};

impl Till {
    /// Compares both sides.
    pub(super) fn check(&self) {
        // Brings the states up to date as well.
        let listed = self.world.run(&["list", "--json", "--limit", "0"]).is(0).lines();
        let sandbox = Sandbox::read(&self.world);
        let rows = books::rows(&self.world.data);
        let mut wrong: Vec<String> = Vec::new();
        wrong.extend(self.told.broken(&rows, &listed, &sandbox));
        if listed.len() != rows.len() {
            wrong.push(format!("{} links are kept, and {} are listed", rows.len(), listed.len()));
        }
        for asked in &self.asked {
            let mut found = rows.iter().filter(|row| row.reference == asked.reference);
            match (found.next(), found.next()) {
                (Some(row), None) => self.check_link(asked, row, &sandbox, &mut wrong),
                (None, _) if asked.promised => wrong.push(format!("{} is lost", asked.reference)),
                (None, _) => {}
                (Some(_), Some(_)) => wrong.push(format!("{} is kept twice", asked.reference)),
            }
        }
        for session in &sandbox.sessions {
            let id = &session["metadata"]["ext_paylink_id"];
            if !rows.iter().any(|row| *id == *row.id) {
                wrong.push(format!("sent before it was kept: {session}"));
            }
        }
        if !wrong.is_empty() {
            self.fail(&wrong.join("\n"));
        }
    }

    fn check_link(&self, asked: &Asked, row: &Row, sandbox: &Sandbox, wrong: &mut Vec<String>) {
        let name = &row.reference;
        let waits =
            books::entries(&self.world.data).into_iter().any(|e| e.reference == *name && e.needs_decision);
        match (row.session.is_some(), row.state.as_str()) {
            (false, "uncertain") if asked.sms && waits => {}
            (false, state) => wrong.push(format!("{name} is {state} at the end")),
            (true, "queued" | "creating" | "uncertain" | "refused" | "unknown") => {
                wrong.push(format!("{name} is {} with a session", row.state));
            }
            (true, _) => {}
        }
        let cancelled = asked.moves.iter().any(|m| m.kind == "cancel" && m.promised);
        let mut ours = 0;
        for session in sandbox.sessions_of(&row.id) {
            let id = session["id"].as_str().unwrap();
            let (closed, paid) = (session["cancelled_at"].is_string(), session["transaction_id"].is_string());
            if row.session.as_deref() == Some(id) {
                ours += 1;
                if closed != cancelled {
                    wrong.push(format!("{name}: withdrawn {cancelled}, closed at the backend {closed}"));
                }
                if paid != asked.paid {
                    wrong.push(format!("{name}: paid {}, at the backend {paid}", asked.paid));
                }
                continue;
            }
            // One whose address nobody has may be left over by a kill; for a message never.
            if row.session.is_some() && (asked.sms || paid || self.printed.contains(id)) {
                wrong.push(format!("{name} was made twice, and somebody may have both: {session}"));
            }
        }
        if row.session.is_some() && ours != 1 {
            wrong.push(format!("{name}: the backend has {ours} sessions with its id and address"));
        }
        let told: Vec<&str> = sandbox.sessions_of(&row.id).filter_map(|s| s["id"].as_str()).collect();
        let messages =
            sandbox.messages.iter().filter(|m| told.iter().any(|id| m["session_id"] == **id)).count();
        let most = usize::from(asked.sms);
        if messages > most || (messages == 0 && asked.sms && row.session.is_some()) {
            wrong.push(format!("{name}: {messages} messages to the customer"));
        }
        if cancelled != (row.state == "cancelled") {
            wrong.push(format!("{name} is {}; withdrawn: {cancelled}", row.state));
        }
        for kind in ["capture", "refund", "void"] {
            let promised = asked.moves.iter().filter(|m| m.kind == kind && m.promised).map(|m| m.minor);
            let promised: Vec<i64> = promised.collect();
            let mut moved = sandbox.moved(row.session.as_deref().unwrap_or_default(), event(kind));
            if kind == "capture" && asked.auto_capture {
                // By the backend itself, when it was paid.
                moved.clear();
            }
            if moved != promised {
                wrong.push(format!("{name}: {kind} asked for {promised:?}, done {moved:?}"));
            }
        }
    }
}
