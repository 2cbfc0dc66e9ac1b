//! When paylink itself is broken: a report file, named on standard error, without anything of the
//! seller's or the customer's in it.

use std::backtrace::Backtrace;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::output::Output;
use super::{Failure, Status};
use crate::config::write::{make_private_folder, write_private};
use crate::domain::{clean, scrub};

/// From now on a panic writes a report into `data_dir` and says so in one line.
pub fn on_panic(data_dir: PathBuf, output: Output) {
    std::panic::set_hook(Box::new(move |info| {
        // First of all: what is said below must be readable, and the shell usable.
        crate::runtime::terminal::restore();
        let payload = info.payload();
        let message = payload
            .downcast_ref::<&str>()
            .map(|s| (*s).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let said = match write(&data_dir, &message, &place) {
            Ok(path) => output.texts.t_args("cli-panic", &[("path", path.display().to_string().into())]),
            Err(e) => output.texts.t_args("cli-panic-no-report", &[("what", output.texts.system(&e).into())]),
        };
        let hint = output.texts.t("cli-internal-hint");
        output.failure(&Failure::new(Status::Internal, "internal", said, hint));
    }));
}

/// An internal failure that is no panic has a report too, named in its message (contracts, 1).
pub fn on_failure(data_dir: &Path, output: Output, failure: Failure) -> Failure {
    if failure.status != Status::Internal {
        return failure;
    }
    let t = output.texts;
    let said = match write(data_dir, &failure.message, "a command") {
        Ok(path) => t.t_args("cli-report", &[("path", path.display().to_string().into())]),
        Err(e) => t.t_args("cli-no-report", &[("what", t.system(&e).into())]),
    };
    let message = format!("{}. {said}", failure.message.trim_end_matches('.'));
    Failure { message, ..failure }
}

fn write(data_dir: &Path, message: &str, place: &str) -> std::io::Result<PathBuf> {
    let now = Timestamp::now();
    let text = text(message, place, now, &Backtrace::force_capture().to_string());
    make_private_folder(data_dir)?;
    // Two panics within a second have two reports.
    for n in 0..10 {
        let name = format!("crash-{}-{n}.txt", now.strftime("%Y%m%dT%H%M%SZ"));
        let path = data_dir.join(name);
        match write_private(&path, text.as_bytes()) {
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            done => return done.map(|()| path),
        }
    }
    Err(std::io::Error::other("too many reports"))
}

fn text(message: &str, place: &str, now: Timestamp, backtrace: &str) -> String {
    let mut out = String::new();
    let _ =
        writeln!(out, "paylink {} stopped because of a mistake in the program.", env!("CARGO_PKG_VERSION"));
    let _ = writeln!(out, "time: {}", super::json::time(now));
    let _ = writeln!(out, "system: {} {}", std::env::consts::OS, std::env::consts::ARCH);
    let _ = writeln!(out, "place: {place}");
    let _ = writeln!(out, "message: {}", scrub(&clean::line_within(message, 400)));
    let _ = write!(out, "\n{backtrace}");
    out
}

/// Words that could be a number of a person, an address, a token or an id are left out: a mistake's
/// message may quote the data it stumbled over.
fn scrub(text: &str) -> String {
    scrub::scrub(text)
        .split(' ')
        .map(|word| {
            let digits = word.chars().filter(char::is_ascii_digit).count();
            let long = word.chars().filter(|c| c.is_ascii_alphanumeric()).count() >= 24 && digits > 0;
            if digits >= 5 || word.contains('@') || word.contains("://") || long { "…" } else { word }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_tells_where_but_nothing_of_a_person() {
        let message = "no entry for +4741234567 kari@example.com at https://x.example/v1/view/T1 with \
                       eyJhbGciOiJIUzI1NiJ9abcdef index 12 of 10";
        let at = "2026-11-22T12:41:07Z".parse().unwrap();
        let report = text(message, "src/x.rs:1:2", at, "0: main");
        for secret in ["41234567", "example", "eyJ"] {
            assert!(!report.contains(secret), "{report}");
        }
        assert!(report.contains("index 12 of 10"), "{report}");
        assert!(report.contains("src/x.rs:1:2"));
        assert!(report.contains("2026-11-22T12:41:07Z"));
    }
}
