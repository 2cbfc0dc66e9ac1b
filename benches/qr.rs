//! QR codes: from an address to drawn cells, as at every resize.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use paylink::qr::{Drawing, Fit, Level, Matrix, Palette, fit, png, terminal_text};

const LINK: &str = "https://checkout.dintero.com/v1/view/T12345678.465U8CUzaPVpneu1wt8Wei";

fn codes(c: &mut Criterion) {
    let mut group = c.benchmark_group("qr");
    group.bench_function("encode", |b| b.iter(|| Matrix::encode(black_box(LINK), Level::M).unwrap()));
    for (name, cols, rows, drawing) in [
        ("cells 80x24 half", 80, 24, Drawing::Half),
        ("cells 200x60 half", 200, 60, Drawing::Half),
        ("cells 200x60 full", 200, 60, Drawing::Full),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| fit(black_box(LINK), cols, rows, Level::M, drawing).unwrap().to_cells());
        });
    }
    let natural = Fit::natural(LINK, Level::M, Drawing::Half).unwrap();
    group.bench_function("terminal text", |b| {
        b.iter(|| terminal_text(black_box(&natural), Palette::TrueColor));
    });
    group.bench_function("png", |b| b.iter(|| png(black_box(LINK), Level::M, 8).unwrap()));
    group.finish();
}

criterion_group!(benches, codes);
criterion_main!(benches);
