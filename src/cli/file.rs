//! Files that a command makes for others: ordinary ones, put in place whole.

use std::io::Write as _;
use std::path::Path;

use super::{Failure, Run};

/// Writes `bytes` into `file`, which has them all or is as it was.
///
/// # Errors
/// It can't be written.
pub(super) fn write(run: &Run, file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut draft = file.as_os_str().to_owned();
    draft.push(format!(".{}.new", std::process::id()));
    let put = || {
        let mut out = std::fs::File::create(&draft)?;
        out.write_all(bytes)?;
        // The name must not be on the disk before what it stands for.
        out.sync_all()?;
        std::fs::rename(&draft, file)
    };
    put().map_err(|e| {
        let _ = std::fs::remove_file(&draft);
        let t = run.texts();
        let what = [("path", file.display().to_string().into()), ("what", t.system(&e).into())];
        Failure::input("file", t.t_args("cli-file", &what), t.t("cli-file-hint"))
    })
}
