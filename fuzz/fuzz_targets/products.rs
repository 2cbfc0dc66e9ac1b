#![no_main]
#![allow(dead_code, missing_docs)]

#[path = "../../tests/it/corpus/checks/mod.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::products::check(bytes));
