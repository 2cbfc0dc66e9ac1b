//! `paylink products`: the list out of a spreadsheet's file and back, whole or not at all.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Ran, World, finish_with_input, started};

impl World {
    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.home.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn import(&self, text: impl AsRef<[u8]>) -> Ran {
        self.file("list.csv", text);
        self.run(&["products", "import", "list.csv", "--json"])
    }

    fn products(&self) -> Vec<Value> {
        self.run(&["products", "list", "--json"]).is(0).lines()
    }

    fn descriptions(&self) -> Vec<String> {
        self.products().iter().map(|p| p["description"].as_str().unwrap().to_owned()).collect()
    }
}

const LIST: &str = "Varenr;Beskrivelse;Pris;Mva;Lager\nV-1;Vaffel med brunost;45,00;15;3\n;Kaffe;30;;\n";

#[test]
fn a_list_is_imported_shown_and_exported() {
    let world = World::new();
    let none = world.run(&["products", "list", "--json"]).is(0);
    assert_eq!((none.out.as_str(), none.err.as_str()), ("", ""));
    let none = world.run(&["products", "list"]).is(0);
    assert!(none.out.is_empty() && none.err.contains("There are no products"), "{none:?}");

    let ran = world.import(LIST).is(0);
    assert_eq!(
        ran.json(),
        json!({
            "file": "list.csv", "products": 2, "new": 2, "changed": 0, "unchanged": 0, "gone": 0, "dry_run": false,
        })
    );
    assert_eq!(ran.notes(), ["usual_vat", "columns_not_read"]);
    assert!(ran.err.contains("25%") && ran.err.contains("Lager"), "{}", ran.err);
    let shape = json!({
        "number": "V-1",
        "description": "Vaffel med brunost",
        "price": {"minor": 4500, "currency": "NOK", "text": "45,00 kr"},
        "vat_percent": "15",
    });
    let listed = world.products();
    assert_eq!(listed[0].to_string(), shape.to_string(), "to the letter, keys in their order");
    assert_eq!((&listed[1]["number"], &listed[1]["vat_percent"]), (&Value::Null, &json!("25")));
    let table = world.run(&["products", "list", "--lang", "nb"]).is(0).out;
    assert_eq!(
        table,
        "Vaffel med brunost  45,00 kr  15\u{a0}%  V-1\nKaffe               30,00 kr  25\u{a0}%\n"
    );

    // To a file with the mark for Excel, to a pipe without; both are read as the same list.
    for lang in ["en", "nb"] {
        let file = format!("{lang}.csv");
        let ran = world.run(&["products", "export", &file, "--lang", lang, "--json"]).is(0);
        assert_eq!(ran.json(), json!({"file": file, "products": 2}));
        let written = fs::read_to_string(world.home.path().join(&file)).unwrap();
        let piped = world.run(&["products", "export", "-", "--lang", lang]).is(0).out;
        assert_eq!(written.strip_prefix('\u{feff}'), Some(piped.as_str()));
        let same = world.run(&["products", "import", &file, "--json"]).is(0);
        assert_eq!((same.json()["unchanged"].clone(), same.err), (json!(2), String::new()));
        let mut command = world.command(&["products", "import", "-", "--json"]);
        let ran = finish_with_input(&mut command, &piped).is(0);
        assert_eq!((ran.json()["file"].clone(), ran.json()["unchanged"].clone()), (json!("-"), json!(2)));
    }
    let names: Vec<_> = fs::read_dir(world.home.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(!names.iter().any(|n| n.to_string_lossy().ends_with(".new")), "{names:?}");

    let changed = "nr;navn;pris;mva\nV-1;Vaffel med brunost;50;15\nV-2;Saft;20;15\n";
    world.file("new.csv", changed);
    let would = world.run(&["products", "import", "new.csv", "--dry-run"]).is(0);
    assert!(would.out.contains("1 new, 1 changed, 1 gone. Nothing was changed"), "{would:?}");
    assert_eq!(world.descriptions(), ["Vaffel med brunost", "Kaffe"]);
    let done = world.run(&["products", "import", "new.csv"]).is(0);
    assert_eq!(
        (done.out.as_str(), done.err.as_str()),
        ("2 products in the list: 1 new, 1 changed, 1 gone\n", "")
    );
    assert_eq!(world.descriptions(), ["Vaffel med brunost", "Saft"]);
    // Nobody at the backend hears of it.
    assert!(world.control("GET", "/sandbox/log", Value::Null).as_array().unwrap().is_empty());
}

#[test]
fn what_is_there_is_not_overwritten_unasked_and_an_empty_list_is_a_file_to_fill_in() {
    let world = World::new();
    let file = world.file("prices.csv", "mine");
    let refused = world.run(&["products", "export", "prices.csv", "--json"]).is(3);
    let error = refused.error();
    assert_eq!(error["code"], "file");
    assert!(error["hint"].as_str().unwrap().contains("--force"), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    world.run(&["products", "export", "prices.csv", "--force"]).is(0);
    let empty = fs::read_to_string(&file).unwrap();
    assert_eq!(empty.lines().count(), 1);
    let filled = format!("{empty}\"\",\"Kaffe\",\"30.00\",\"\",\"\"\r\n");
    assert_eq!(world.import(filled).is(0).json()["products"], 1);
    fs::create_dir(world.home.path().join("folder")).unwrap();
    for words in [&["folder", "--force"][..], &["nowhere/a.csv"]] {
        world.run(&[&["products", "export"], words].concat()).is(3);
    }
    for words in [&["products"][..], &["products", "import"], &["products", "import", "a", "b"]] {
        world.run(words).is(2);
    }
    let own = world.run(&["products", "import", "not-there.csv", "--json"]).is(3).error();
    assert!(own["message"].as_str().unwrap().contains("not-there.csv can't be read"), "{own}");
    world.run(&["products", "import", "folder"]).is(3);
}

#[test]
fn a_bad_file_leaves_the_list_as_it_is_and_every_mistake_has_its_place() {
    let world = World::new();
    world.import(LIST).is(0);
    let bad = |text: &[u8], what: &str| {
        let ran = world.import(text).is(3);
        let error = ran.error();
        assert_eq!(error["code"], "products_file");
        let (message, hint) = (error["message"].as_str().unwrap(), error["hint"].as_str().unwrap());
        assert!(message.starts_with("list.csv: ") && message.contains(what), "{what}: {message}");
        assert!(hint.starts_with("Nothing was changed") && !message.contains('\n'), "{hint}");
        ran
    };
    bad(b"PK\x03\x04\0\0", "not a text file");
    bad(&vec![b'x'; 5 << 20], "larger than 4 MB");
    bad(b"", "no products");
    bad(b"navn;pris\n", "no products");
    bad(b"navn;antall\na;1", "no column for the price");
    bad(b"navn;Pris eks. mva\na;1", "Pris eks. mva is without VAT");
    bad(b"navn;pris\nKaffe;1,000\n", "line 2, price: Do you mean 1000 or 1.00?");
    bad("navn;pris\nKaffe;30 €\n".as_bytes(), "line 2, price: Another currency");
    bad(b"navn;pris\nKaffe;-1\n", "line 2, price: The price is under 0");
    bad(b"navn;pris\nKaffe;99999999\n", "line 2, price:");
    bad(b"navn;pris\n\"Kaffe;30\nTe;20\n", "line 2: a quotation mark has no end");
    bad(b"name,price\nKaffe,30,00\n", "line 2: 3 cells");
    bad(b"navn;pris\nKaffe;30\nKAFFE;30\n", "line 3, description: The same product as on line 2");
    bad(format!("navn;pris\n{};1", "x".repeat(5000)).as_bytes(), "line 2, description: At most 200");
    // A mistake that quotes the file, which is hostile.
    let ran = bad(b"navn;Pris\x1b ekskl. mva\na;1", "the column Pris ekskl. mva is without VAT");
    assert!(!ran.err.contains('\u{1b}') && !ran.err.contains("\\u001b"), "{}", ran.err);

    let many: String = (0..40).fold("navn;pris\n".to_owned(), |text, n| format!("{text}a{n};0\n"));
    let ran = bad(many.as_bytes(), "40 mistakes, 30 of them not shown");
    assert_eq!(ran.notes(), ["product_mistake"; 10]);
    world.file("list.csv", &many);
    let told = world.run(&["products", "import", "list.csv", "--lang", "nb"]).is(3).err;
    assert_eq!(told.lines().count(), 11, "{told}");
    assert!(told.starts_with("list.csv: linje 2, pris: Prisen er 0\n"), "{told}");
    assert!(told.ends_with("Ingenting ble endret. Rett det, og importer filen igjen\n"), "{told}");
    assert_eq!(world.descriptions(), ["Vaffel med brunost", "Kaffe"]);
}

#[test]
fn text_of_the_file_is_data() {
    let world = World::new();
    let hostile =
        "navn;pris;id\n\u{1b}]0,x\u{7}\u{202e}Vaffel\u{9b}2J;45;\u{1b}[1m\n\"=cmd|' /C calc'!A0\";1;+47\n";
    world.import(hostile).is(0);
    for words in [&["products", "list"][..], &["products", "list", "--json"], &["products", "export", "-"]] {
        let out = world.run(words).is(0).out;
        let acts = |c: char| c != '\n' && c != '\r' && (c.is_control() || c == '\u{202e}');
        assert!(!out.chars().any(acts), "{words:?}: {out:?}");
    }
    let exported = world.run(&["products", "export", "-"]).is(0).out;
    assert!(exported.contains("\"'=cmd|' /C calc'!A0\"") && exported.contains("\"'+47\""), "{exported}");
    assert_eq!(world.import(exported).is(0).json()["unchanged"], 2);
}

#[test]
fn a_list_is_one_accounts_and_goes_with_backup_and_restore() {
    let world = World::new();
    world.import(LIST).is(0);
    world.run(&["backup", "copy"]).is(0);
    world.import("navn;pris\nSaft;20\n").is(0);
    let text = fs::read_to_string(&world.config).unwrap();
    fs::write(&world.config, text.replace(world.account(), "P87654321")).unwrap();
    assert_eq!(world.products(), Vec::<Value>::new());
    world.import("navn;pris\nBok;200\n").is(0);
    fs::write(&world.config, text).unwrap();
    assert_eq!(world.descriptions(), ["Saft"]);
    world.run(&["restore", "copy", "--yes"]).is(0);
    assert_eq!(world.descriptions(), ["Vaffel med brunost", "Kaffe"]);
}

/// 3,000 products, told from other such lists by `name`.
fn long(name: &str) -> String {
    let mut text = "navn;pris\n".to_owned();
    for n in 0..3000 {
        let _ = writeln!(text, "{name} {n};10");
    }
    text
}

/// The name of the list that is there, which is whole.
fn whole(world: &World) -> String {
    let all = world.descriptions();
    assert_eq!(all.len(), 3000);
    let name = all[0].split(' ').next().unwrap().to_owned();
    assert!(all.iter().enumerate().all(|(n, one)| *one == format!("{name} {n}")), "lists are mixed");
    name
}

#[test]
fn a_kill_leaves_the_old_list_or_the_new_one() {
    let world = World::new();
    world.import(long("a")).is(0);
    let (mut old, mut new) = ("a", "b");
    let mut seen = [0, 0];
    // First at once; and as late as it takes, on a machine that is busy.
    for n in 0..80_u64 {
        if n >= 24 && seen[1] > 0 {
            break;
        }
        world.file("list.csv", long(new));
        let mut child = started(&mut world.command(&["products", "import", "list.csv"]));
        std::thread::sleep(Duration::from_millis(8 * n + 100 * n.saturating_sub(24)));
        child.kill().unwrap();
        child.wait().unwrap();
        let there = whole(&world);
        seen[usize::from(there == new)] += 1;
        if there == new {
            std::mem::swap(&mut old, &mut new);
        }
        assert_eq!(there, old);
    }
    assert!(seen[0] > 0 && seen[1] > 0, "killed before and after: {seen:?}");
}

#[test]
fn two_imports_at_once_are_one_after_the_other() {
    let world = World::new();
    world.import(long("a")).is(0);
    for name in ["b", "c"] {
        world.file(&format!("{name}.csv"), long(name));
    }
    let import = |name: &str| {
        let file = format!("{name}.csv");
        started(&mut world.command(&["products", "import", &file, "--json"]))
    };
    let running = ["b", "c"].map(import);
    for child in running {
        let done = child.wait_with_output().unwrap();
        assert!(done.status.success(), "{done:?}");
        // Each took the place of a whole one.
        let told: Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!((&told["new"], &told["gone"]), (&json!(3000), &json!(3000)));
    }
    assert!(["b", "c"].contains(&whole(&world).as_str()));
}
