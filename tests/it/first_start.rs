//! The first start in a terminal, with a config file that was named and isn't there yet.

use crate::support::pty::Setup;

#[test]
fn a_config_that_was_named_and_is_not_there_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (config, data) = (folder.path().join("seller.toml"), folder.path().join("data"));
    let args = ["--config", config.to_str().unwrap(), "--data-dir", data.to_str().unwrap()];

    let mut term = Setup::paylink(&args).start();
    term.sees("Welcome to paylink");
    assert!(!config.exists(), "nothing is written before the seller has chosen");
    term.press("s");
    term.sees("No links yet");
    term.press("q");
    term.ends();
    assert!(config.exists());

    let mut term = Setup::paylink(&args).start();
    term.sees("No links yet");
    term.press("q");
    term.ends();
}
