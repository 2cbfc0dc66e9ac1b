//! Which column of a file is which, by the names in its first line, in English and Norwegian.

/// A column of a product list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The seller's number for it.
    Number,
    /// What it is.
    Description,
    /// The price, VAT included.
    Price,
    /// The rate of VAT.
    Vat,
    /// The currency of the price.
    Currency,
}

/// What the name of a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// It's this one; of several with different ranks the lowest is meant.
    Column(Column, usize),
    /// A price without VAT, which is none of ours.
    WithoutVat,
    /// Nothing that we know.
    Other,
}

/// The name comes before the long text, where there are both.
const DESCRIPTION: [&str; 20] = [
    "description",
    "productname",
    "itemname",
    "name",
    "title",
    "product",
    "item",
    "article",
    "text",
    "varenavn",
    "produktnavn",
    "artikkelnavn",
    "navn",
    "vare",
    "produkt",
    "artikkel",
    "varetekst",
    "benevnelse",
    "tekst",
    "beskrivelse",
];
const NUMBER: [&str; 21] = [
    "sku",
    "articlenumber",
    "itemnumber",
    "productnumber",
    "articleno",
    "itemno",
    "productno",
    "varenummer",
    "varenr",
    "artikkelnummer",
    "artikkelnr",
    "produktnummer",
    "produktnr",
    "varekode",
    "productid",
    "number",
    "nummer",
    "no",
    "nr",
    "id",
    "code",
];
/// Those that say it is the rate and not the amount come first.
const VAT: [&str; 17] = [
    "vat%",
    "mva%",
    "moms%",
    "vatrate",
    "vatpercent",
    "vatpercentage",
    "mvasats",
    "mvaprosent",
    "momssats",
    "taxrate",
    "taxpercent",
    "tax%",
    "avgiftssats",
    "vat",
    "mva",
    "moms",
    "tax",
];
/// How many of those say so.
pub(super) const SURELY_RATES: usize = 13;
const CURRENCY: [&str; 4] = ["currency", "valuta", "currencycode", "valutakode"];
/// A price that a customer pays.
const PRICE: [&str; 14] = [
    "price",
    "pris",
    "unitprice",
    "enhetspris",
    "stykkpris",
    "prisperstk",
    "prisstk",
    "salesprice",
    "sellingprice",
    "retailprice",
    "salgspris",
    "utsalgspris",
    "utpris",
    "kundepris",
];
/// What follows such a word where VAT is in the price,
const WITH: [&str; 14] = [
    "inkl",
    "incl",
    "inc",
    "including",
    "inklusive",
    "inklusiv",
    "inclusive",
    "ink",
    "med",
    "with",
    "m",
    "brutto",
    "gross",
    "inkludert",
];
/// and where it isn't.
const WITHOUT: [&str; 15] = [
    "eks",
    "ex",
    "excl",
    "ekskl",
    "exc",
    "excluding",
    "eksklusive",
    "eksklusiv",
    "exclusive",
    "uten",
    "without",
    "u",
    "netto",
    "net",
    "before",
];
const TAX: [&str; 8] = ["", "vat", "mva", "moms", "tax", "merverdiavgift", "avgift", "taxes"];
/// `Pris (kr)`
const MONEY: [&str; 6] = ["", "kr", "nok", "sek", "dkk", "eur"];

/// What the name of a column says.
pub(super) fn named(name: &str) -> Named {
    let plain: String =
        name.to_lowercase().chars().filter(|c| c.is_alphanumeric() || *c == '%').take(40).collect();
    let among = |names: &[&str]| names.iter().position(|n| *n == plain);
    let ranked = |column, rank| Named::Column(column, rank);
    if let Some(rank) = among(&DESCRIPTION) {
        return ranked(Column::Description, rank);
    }
    if let Some(rank) = among(&NUMBER) {
        return ranked(Column::Number, rank);
    }
    if let Some(rank) = among(&VAT) {
        return ranked(Column::Vat, rank);
    }
    if among(&CURRENCY).is_some() {
        return ranked(Column::Currency, 0);
    }
    price(&plain)
}

/// `pris`, `prisinklmva`, `pristekskmva`. Of plain prices none is better than another; one that says that VAT is in it is.
fn price(plain: &str) -> Named {
    let said = |words: &[&str], rest: &str| {
        words.iter().any(|word| rest.strip_prefix(word).is_some_and(|rest| TAX.contains(&rest)))
    };
    for word in PRICE {
        let Some(rest) = plain.strip_prefix(word) else { continue };
        // `Pris inkl. 25 % mva`
        let rest: String = rest.chars().filter(|c| c.is_alphabetic()).collect();
        if MONEY.contains(&rest.as_str()) {
            return Named::Column(Column::Price, 1);
        }
        if said(&WITH, &rest) {
            return Named::Column(Column::Price, 0);
        }
        if said(&WITHOUT, &rest) {
            return Named::WithoutVat;
        }
    }
    // `nettopris`, `bruttopris`.
    for word in ["pris", "price"] {
        match plain.strip_suffix(word) {
            Some("brutto" | "gross") => return Named::Column(Column::Price, 0),
            Some("netto" | "net") => return Named::WithoutVat,
            _ => {}
        }
    }
    Named::Other
}
