//! `paylink backup` and `restore`: the whole ledger to a file, and back. Neither needs a config.

use std::path::Path;

use jiff::Timestamp;

use super::secret_input::{ask, can_ask};
use super::{Failure, Note, Run, Status, args};
use crate::domain::link::Link;
use crate::i18n::{Texts, Value};
use crate::ops::check_order;
use crate::ports::{LedgerError, Rescue, Unusable};
use crate::wiring;

/// How many references are named.
const NAMED: usize = 5;

/// Copies the ledger, also while others use it.
///
/// # Errors
/// The file can't be written, or is there already.
pub fn backup(run: &Run, args: &args::Backup) -> Result<Status, Failure> {
    let t = run.texts();
    let overwrite = match args.force {
        0 => wiring::Overwrite::No,
        1 => wiring::Overwrite::Sensibly,
        _ => wiring::Overwrite::Anyhow,
    };
    let done = wiring::backup(&run.places()?.data_dir, &args.file, overwrite)
        .map_err(|e| not_written(t, &e, &args.file).unwrap_or_else(|| Failure::ledger(t, &e)))?;
    if let Some(rescue) = done.rescue.filter(|rescue| !rescue.restored) {
        run.note(&Note::new("ledger_damaged", told(run, &rescue)));
    }
    let links = done.links;
    if let Some(why) = done.unwritable {
        let Failure { message, hint, .. } = Failure::ledger(t, &why);
        let said = t.t_args("backup-of-unwritable", &[("why", message.into())]);
        run.note(&Note::new("nothing_kept", said).hint(hint));
    }
    if run.output.json {
        let object = serde_json::json!({ "file": args.file, "links": links });
        run.output.line(&object.to_string())?;
    } else {
        let args = [("count", links.into()), ("file", shown(&args.file))];
        run.output.line(&t.t_args("cli-backup-done", &args))?;
    }
    Ok(Status::Done)
}

/// Puts a backup in the ledger's place, after it was read through and the seller has said yes.
///
/// # Errors
/// The file is no whole ledger, other paylinks are running, or the seller did not say yes. Then nothing was
/// replaced.
pub fn restore(run: &Run, args: &args::Restore) -> Result<Status, Failure> {
    let t = run.texts();
    let failure = |e| of_file(t, &e, &args.file).unwrap_or_else(|| Failure::ledger(t, &e));
    let mut restore = wiring::Restore::check(&run.places()?.data_dir, &args.file).map_err(failure)?;
    // What takes its place tells of it no more.
    if let Some(rescue) = &restore.damaged {
        run.note(&Note::new("ledger_damaged", told(run, rescue)));
    }
    let done = loop {
        if !args.yes && (restore.newer || restore.now.is_some_and(|count| count > 0)) {
            confirm(run, &restore, &args.file)?;
        }
        // Yes was said to what the ledger had then. What came since was not spoken of.
        let now = Timestamp::now();
        let mut together = |links: &mut [Link]| check_order(links, now);
        match restore.carry_out(now, args.yes, &mut together).map_err(failure)? {
            Some(done) => break done,
            None => run.note(&Note::new("restore", t.t("cli-restore-changed"))),
        }
    };
    let links = restore.links;
    // Said whoever has said yes: their customers may still pay them, and nobody here follows that any more.
    if !restore.lost.is_empty() {
        let args = [("missing", restore.lost.len().into()), ("references", some_of(&restore.lost).into())];
        let gone = Note::new("not_in_backup", t.t_args("cli-restore-gone", &args));
        run.note(&gone.hint(t.t("cli-restore-gone-hint")));
    }
    if run.output.json {
        let object = serde_json::json!({
            "file": args.file,
            "links": links,
            "missing": restore.carried.len() + restore.lost.len(),
            "carried": restore.carried,
            "lost": restore.lost,
            "kept": done.kept,
            "money": done.money,
            "not_sent": restore.waiting,
            "unreadable": restore.unreadable,
        });
        run.output.line(&object.to_string())?;
        return Ok(Status::Done);
    }
    let args = [("file", shown(&args.file)), ("count", links.into())];
    run.output.line(&t.t_args("cli-restore-done", &args))?;
    if let Some(line) = named(run, &restore.carried, "cli-restore-carried") {
        run.output.line(&line)?;
    }
    if let Some(kept) = &done.kept {
        run.output.line(&t.t_args("cli-restore-kept", &[("kept", shown(kept))]))?;
    }
    if let Some(line) = named(run, &restore.waiting, "cli-restore-not-sent") {
        run.output.line(&line)?;
    }
    if let Some(line) = money_line(run, &done.money) {
        run.output.line(&line)?;
    }
    if let Some(line) = named(run, &restore.unreadable, "cli-restore-unreadable") {
        run.output.line(&line)?;
    }
    Ok(Status::Done)
}

/// Tells what would be replaced by what, and asks for a yes.
fn confirm(run: &Run, restore: &wiring::Restore, file: &Path) -> Result<(), Failure> {
    let (t, view) = (run.texts(), run.view());
    let newest = restore.newest.map_or_else(|| "–".to_owned(), |at| t.moment(at, view.now, &view.zone));
    let said = [
        ("file", shown(file)),
        ("count", restore.links.into()),
        ("newest", newest.into()),
        ("now", restore.now.unwrap_or_default().into()),
    ];
    let mut what = t.t_args("cli-restore-what", &said);
    for (references, key) in [
        (&restore.carried, "cli-restore-missing"),
        (&restore.lost, "cli-restore-lost"),
        (&restore.waiting, "cli-restore-waiting"),
    ] {
        if let Some(line) = named(run, references, key) {
            what = format!("{what} {line}");
        }
    }
    if restore.newer {
        what = format!("{what} {}", t.t("cli-restore-newer"));
    }
    if let Some(odd) = named(run, &restore.unreadable, "cli-restore-unreadable") {
        what = format!("{what} {odd}.");
    }
    if run.output.json || !can_ask() {
        return Err(Failure::input("not_confirmed", what, t.t("cli-restore-yes")));
    }
    run.note(&Note::new("restore", what));
    let answer = ask(&t.t("cli-restore-ask")).ok().flatten().unwrap_or_default().to_lowercase();
    if answer == t.t("cli-restore-word") || answer == "yes" {
        return Ok(());
    }
    Err(Failure::input("not_confirmed", t.t("cli-restore-not"), t.t("cli-restore-yes")))
}

/// What becomes of what the ledger in place has, named.
fn named(run: &Run, references: &[String], key: &'static str) -> Option<String> {
    let args = [("count", references.len().into()), ("references", some_of(references).into())];
    (!references.is_empty()).then(|| run.texts().t_args(key, &args))
}

/// Why a backup can't be written where it should be: it is a file beside the ledger's folder that is spoken of.
fn not_written(t: Texts, error: &LedgerError, file: &Path) -> Option<Failure> {
    let LedgerError::Unusable { path, why } = error else { return None };
    if matches!(why, Unusable::HasMore { .. }) {
        let message = format!("{} {}", file.display(), t.say(why));
        return Some(Failure::input("backup_has_more", message, t.t("backup-more-hint")));
    }
    if *why == Unusable::NotOurs && path == file {
        let message = t.t_args("backup-is-no-copy", &[("file", shown(file))]);
        return Some(Failure::input("not_a_backup", message, t.t("backup-is-no-copy-hint")));
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let beside = path == file || path.parent() == file.parent();
    let message = match (why, folder) {
        (Unusable::NotThere | Unusable::CantMake | Unusable::NotAFolder, Some(folder))
            if beside && !folder.is_dir() =>
        {
            t.t_args("backup-no-folder", &[("folder", shown(folder))])
        }
        (Unusable::NoPermission | Unusable::NotWritable | Unusable::ReadOnlyDisk, _) if beside => {
            format!("{} {}", file.display(), t.say(why))
        }
        _ => return None,
    };
    Some(Failure::input("backup_file", message, t.t("backup-elsewhere-hint")))
}

/// What is wrong with the backup that was named. What to do about a damaged ledger is no help with it.
fn of_file(t: Texts, error: &LedgerError, file: &Path) -> Option<Failure> {
    let LedgerError::Unusable { path, why } = error else { return None };
    if path != file {
        return None;
    }
    let key = match why {
        Unusable::NotOurs => "backup-not-ours",
        Unusable::Damaged => "backup-damaged",
        Unusable::InUse => "backup-is-the-ledger",
        Unusable::IsAFolder => "backup-is-a-folder",
        Unusable::NotThere | Unusable::NotAFolder => "backup-not-there",
        _ => return None,
    };
    let message = t.t_args(key, &[("file", shown(file))]);
    Some(Failure::input("backup_file", message, t.t("backup-hint")))
}

fn shown(path: &Path) -> Value<'static> {
    path.display().to_string().into()
}

/// The first of the references, and that there are more.
fn some_of(references: &[String]) -> String {
    let mut some = references.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if references.len() > NAMED {
        some.push_str(", …");
    }
    some
}

fn money_line(run: &Run, money: &[String]) -> Option<String> {
    let args = [("references", some_of(money).into())];
    (!money.is_empty()).then(|| run.texts().t_args("cli-rescue-money", &args))
}

/// What happened to the ledger, in one line.
#[must_use]
pub fn told(run: &Run, rescue: &Rescue) -> String {
    let t = run.texts();
    let args = [
        ("saved", rescue.saved.into()),
        ("lost", rescue.lost.into()),
        ("references", some_of(&rescue.references).into()),
        ("kept", shown(&rescue.kept)),
    ];
    let key = match (rescue.restored, rescue.lost, rescue.gaps) {
        (true, ..) => "cli-rescue-restored",
        (false, 0, false) => "cli-rescue-whole",
        (false, 0, true) => "cli-rescue-gaps",
        (false, _, _) if rescue.references.is_empty() => "cli-rescue-lost",
        (false, ..) => "cli-rescue-lost-named",
    };
    let mut line = t.t_args(key, &args);
    if let Some(money) = money_line(run, &rescue.money) {
        line = format!("{line} {money}");
    }
    line
}
