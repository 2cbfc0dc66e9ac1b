//! Pasted text that is several product lines: from a spreadsheet (tabs) or a list (semicolons).

use crate::app::draft::LineDraft;
use crate::app::field::Field;

/// What pasted text is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pasted {
    /// Text for the field that has the focus.
    Text,
    /// Product lines.
    Lines(Vec<LineDraft>),
    /// More lines than there is room for: so many.
    TooMany(usize),
}

/// Reads pasted text: `description;quantity;price;vat` a line, the end of a line may be left out.
/// One line alone is text, unless it has tabs in it, which nobody types. `usual` has the quantity
/// and the VAT of a line that doesn't say them.
pub(super) fn read(text: &str, room: usize, usual: &LineDraft) -> Pasted {
    let rows = || text.split(['\n', '\r']).filter(|r| !r.trim().is_empty());
    // Counted before anything is built, so that a mistaken megabyte costs nothing.
    let count = rows().count();
    let one_row = text.trim_matches(['\n', '\r']).contains('\t');
    if count == 0 || (count == 1 && !one_row) {
        return Pasted::Text;
    }
    if count > room {
        return Pasted::TooMany(count);
    }
    Pasted::Lines(rows().map(|row| line(row, usual)).collect())
}

fn line(row: &str, usual: &LineDraft) -> LineDraft {
    let mark = if row.contains('\t') { '\t' } else { ';' };
    let mut cells = row.split(mark).map(cell);
    let mut next = |usual: &str| cells.next().filter(|c| !c.is_empty()).unwrap_or_else(|| usual.to_owned());
    LineDraft {
        description: next(""),
        quantity: next(&usual.quantity),
        price: next(""),
        vat: next(&usual.vat),
    }
}

/// As if it had been pasted into the field: cleaned, and no longer than a field.
fn cell(text: &str) -> String {
    let mut field = Field::default();
    let bounded: String = text.trim().chars().take(4 * crate::app::field::MAX).collect();
    field.insert(&bounded);
    field.value().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual() -> LineDraft {
        LineDraft { quantity: "1".into(), vat: "25".into(), ..LineDraft::default() }
    }

    fn texts(pasted: Pasted) -> Vec<[String; 4]> {
        match pasted {
            Pasted::Lines(lines) => {
                lines.into_iter().map(|l| [l.description, l.quantity, l.price, l.vat]).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn rows_of_a_spreadsheet_and_of_a_list() {
        let lines = texts(read("Vaffel\t2\t45,00\t15\r\nKaffe\t\t30\n", 100, &usual()));
        assert_eq!(lines, [["Vaffel", "2", "45,00", "15"], ["Kaffe", "1", "30", "25"]]);
        let lines = texts(read("Vaffel; 2 ;45;15\n\nKaffe;1;30", 100, &usual()));
        assert_eq!(lines, [["Vaffel", "2", "45", "15"], ["Kaffe", "1", "30", "25"]]);
        let lines = texts(read("a\tb;c\t3", 100, &usual()));
        assert_eq!(lines, [["a", "b;c", "3", "25"]], "one row of a spreadsheet");
    }

    #[test]
    fn one_line_is_text() {
        for text in ["", "\n", "Vaffel", "Vaffel;2;45", "Vaffel\n", "\r\nVaffel\r\n"] {
            assert_eq!(read(text, 100, &usual()), Pasted::Text, "{text:?}");
        }
    }

    #[test]
    fn more_than_fits_is_refused_whole() {
        assert_eq!(read(&"x;1;2\n".repeat(10_000), 100, &usual()), Pasted::TooMany(10_000));
        assert_eq!(read("a\nb\nc", 2, &usual()), Pasted::TooMany(3));
        assert_eq!(texts(read("a\nb", 2, &usual())).len(), 2);
    }

    #[test]
    fn cells_are_cleaned_and_bounded() {
        let lines = texts(read(&format!("\u{1b}[31mx\u{202e}\ty\n{}\t1", "æ".repeat(5000)), 100, &usual()));
        assert_eq!(lines.first().map(|l| l[0].as_str()), Some("[31mx"));
        assert_eq!(lines.get(1).map(|l| l[0].chars().count()), Some(crate::app::field::MAX));
    }
}
