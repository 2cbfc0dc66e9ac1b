//! `paylink products list|import|export`: the seller's product list and the spreadsheet's file that it comes from.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::Serialize;
use serde_json::json;

use super::args::{ProductsAction, ProductsExport, ProductsImport};
use super::human::columns;
use super::shop::{Secret, Shop, in_shop, in_shop_to_read};
use super::{Failure, Note, Run, Status, file, json};
use crate::domain::product::{BOM, Change, FileError, Form, Listed, MAX_BYTES, Product, Usual, read, write};
use crate::i18n::Lang;
use crate::ports::Unusable;
use crate::ui::ledger_words;

/// So many columns that are not read are named.
const NAMED: usize = 5;

/// A product, as scripts see it.
#[derive(Serialize)]
struct ProductJson<'a> {
    number: Option<&'a str>,
    description: &'a str,
    price: json::MoneyJson,
    vat_percent: String,
}

/// Does it.
///
/// # Errors
/// A file that is no product list, or can't be read or written; no config, no ledger.
pub fn run(run: &Run, action: &ProductsAction) -> Result<Status, Failure> {
    match action {
        ProductsAction::List => in_shop_to_read(run, Secret::Unused, list),
        ProductsAction::Import(args) => import(run, args),
        ProductsAction::Export(args) => {
            in_shop_to_read(run, Secret::Unused, async |shop| export(shop, args).await)
        }
    }
}

async fn products(shop: &Shop<'_>) -> Result<Vec<Product>, Failure> {
    let account = shop.account().to_owned();
    shop.ask(move |ledger| ledger.products(&account)).await
}

async fn list(shop: &mut Shop<'_>) -> Result<Status, Failure> {
    let (t, output) = (shop.texts(), &shop.run.output);
    let products = products(shop).await?;
    if products.is_empty() && !output.json {
        let none = Note::new("no_products", t.t("goods-none"));
        shop.run.note(&none.hint(t.t("goods-none-hint")));
    }
    if output.json {
        for product in &products {
            let object = ProductJson {
                number: product.number.as_deref(),
                description: &product.description,
                price: json::money(product.price),
                vat_percent: product.vat.percent().to_string(),
            };
            output.line(&serde_json::to_string(&object).map_err(|e| Failure::internal(t, e))?)?;
        }
        return Ok(Status::Done);
    }
    let cells: Vec<[String; 4]> = products
        .into_iter()
        .map(|p| [p.description, t.amount(p.price), t.rate(p.vat), p.number.unwrap_or_default()])
        .collect();
    for line in columns(&cells, &[false, true, true, false]) {
        output.line(&line)?;
    }
    Ok(Status::Done)
}

fn import(run: &Run, args: &ProductsImport) -> Result<Status, Failure> {
    let profile = &run.config()?.profile;
    let usual = Usual { currency: profile.currency, vat: profile.default_vat };
    // All of it is looked at before the ledger is opened.
    let bytes = bytes_of(run, &args.file)?;
    let listed = read(&bytes, usual).map_err(|error| no_list(run, &args.file, &error))?;
    let told = listed.clone();
    let dry = args.dry_run;
    let put = async |shop: &mut Shop<'_>| {
        let (account, products) = (shop.account().to_owned(), listed.products);
        shop.ask(move |ledger| {
            let before = if dry {
                ledger.products(&account)?
            } else {
                ledger.replace_products(&account, &products)?
            };
            Ok(Change::between(&before, &products))
        })
        .await
    };
    let change =
        if dry { in_shop_to_read(run, Secret::Unused, put) } else { in_shop(run, Secret::Unused, put) }?;
    tell(run, args, usual, &told, change)
}

/// Says what became of the list.
fn tell(
    run: &Run,
    args: &ProductsImport,
    usual: Usual,
    listed: &Listed,
    change: Change,
) -> Result<Status, Failure> {
    let t = run.texts();
    if listed.usual_vat > 0 {
        let said = [("count", listed.usual_vat.into()), ("rate", t.rate(usual.vat).into())];
        run.note(&Note::new("usual_vat", t.t_args("goods-usual-vat", &said)));
    }
    if !listed.unread.is_empty() {
        let mut names = listed.unread.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        if listed.unread.len() > NAMED {
            names.push_str(", …");
        }
        let said = t.t_args("goods-unread", &[("names", names.into())]);
        run.note(&Note::new("columns_not_read", said));
    }
    let count = listed.products.len();
    if run.output.json {
        let object = json!({
            "file": args.file,
            "products": count,
            "new": change.new,
            "changed": change.changed,
            "unchanged": change.same,
            "gone": change.gone,
            "dry_run": args.dry_run,
        });
        run.output.line(&object.to_string())?;
        return Ok(Status::Done);
    }
    let said = [
        ("count", count.into()),
        ("new", change.new.into()),
        ("changed", change.changed.into()),
        ("gone", change.gone.into()),
    ];
    let key = if args.dry_run { "goods-would" } else { "goods-imported" };
    run.output.line(&t.t_args(key, &said))?;
    Ok(Status::Done)
}

/// What is in the file, or a little more than any list may have.
fn bytes_of(run: &Run, path: &Path) -> Result<Vec<u8>, Failure> {
    let most = MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let got = if path.as_os_str() == "-" {
        io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    got.map(|_| bytes).map_err(|e| {
        let t = run.texts();
        let what = [("path", shown(run, path).into()), ("what", t.system(&e).into())];
        Failure::input("products_file", t.t_args("goods-file-unread", &what), t.t("cli-file-hint"))
    })
}

fn shown(run: &Run, path: &Path) -> String {
    if path.as_os_str() == "-" {
        return run.texts().t("goods-stdin").into_owned();
    }
    path.display().to_string()
}

/// What is wrong with the file. Of several mistakes each has a line of its own, and the last line counts them.
fn no_list(run: &Run, path: &Path, error: &FileError) -> Failure {
    let t = run.texts();
    let file = shown(run, path);
    let hint = match error {
        FileError::TooLarge | FileError::NotText => "goods-text-hint",
        FileError::NoColumn(_) | FileError::TwoColumns(..) | FileError::Nothing => "goods-header-hint",
        FileError::WithoutVat(_) => "goods-vat-hint",
        FileError::OpenQuote(_) | FileError::TooMany | FileError::Rows(_) => "goods-rows-hint",
    };
    if let FileError::Rows(mistakes) = error
        && mistakes.count() > 1
    {
        for mistake in &mistakes.first {
            run.note(&Note::new("product_mistake", format!("{file}: {}", t.say(mistake))));
        }
    }
    Failure::input("products_file", format!("{file}: {}", t.say(error)), t.t(hint))
}

async fn export(shop: &mut Shop<'_>, args: &ProductsExport) -> Result<Status, Failure> {
    let (run, t) = (shop.run, shop.texts());
    let to_stdout = args.file.as_os_str() == "-";
    if !to_stdout {
        may_be_written(run, args)?;
    }
    let products = products(shop).await?;
    let form = match t.lang() {
        Lang::English => Form::ENGLISH,
        Lang::Bokmal => Form::NORWEGIAN,
    };
    let text = write(&products, &form);
    if to_stdout {
        // The mark is for the spreadsheet that opens a file; in a pipe it is in the way.
        run.output.bytes(text.trim_start_matches(BOM).as_bytes())?;
        return Ok(Status::Done);
    }
    file::write(run, &args.file, text.as_bytes())?;
    if run.output.json {
        let object = json!({ "file": args.file, "products": products.len() });
        run.output.line(&object.to_string())?;
    } else {
        let said = [("count", products.len().into()), ("file", shown(run, &args.file).into())];
        run.output.line(&t.t_args("goods-exported", &said))?;
    }
    Ok(Status::Done)
}

/// A file that is there is overwritten only where that was said, and what is none never is.
fn may_be_written(run: &Run, args: &ProductsExport) -> Result<(), Failure> {
    let why = match std::fs::metadata(&args.file) {
        Ok(found) if found.is_dir() => Unusable::IsAFolder,
        Ok(found) if !args.force || !found.is_file() => Unusable::Exists,
        _ => return Ok(()),
    };
    let t = run.texts();
    let hint = if why == Unusable::Exists { ledger_words::to_do(&why) } else { "cli-file-hint" };
    Err(Failure::input("file", format!("{} {}", args.file.display(), t.say(&why)), t.t(hint)))
}
