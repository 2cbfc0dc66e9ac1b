//! What a key costs before anything is written to the terminal: `update` and `draw` of each screen.
//!
//!     cargo bench --bench frame

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use paylink::app::key::{Code, Key};
use paylink::app::model::Now;
use paylink::app::{Msg, update};
use paylink::domain::link::LinkId;
use paylink::i18n::{Lang, Texts};
use paylink::ui::theme::{Depth, Ground, Theme};
use paylink::ui::{Look, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

#[allow(dead_code)] // the snapshots use more of it
#[path = "../tests/it/screens/models.rs"]
mod models;

use models::Scene;

fn now() -> Now {
    Now {
        at: models::at("2026-11-22T11:42:30Z"),
        zone: jiff::tz::TimeZone::get("Europe/Oslo").unwrap(),
        fresh: LinkId(uuid::Uuid::nil()),
    }
}

/// A key that every screen takes: typed where there is a field, one down elsewhere.
fn updates(c: &mut Criterion) {
    let mut group = c.benchmark_group("update");
    for scene in Scene::ALL {
        let model = scene.model((80, 24));
        let now = now();
        for (name, key) in [("down", Key::plain(Code::Down)), ("typed", Key::char('4'))] {
            group.bench_function(format!("{}/{name}", scene.name()), |b| {
                b.iter_batched_ref(
                    || model.clone(),
                    |model| black_box(update(model, Msg::Key(key), &now)),
                    BatchSize::SmallInput,
                );
            });
        }
    }
    group.finish();
}

fn draws(c: &mut Criterion) {
    let mut group = c.benchmark_group("draw");
    let look = Look::new(Theme::new(Ground::Dark, Depth::True), Texts::new(Lang::Bokmal), now());
    for size in [(80, 24), (200, 60)] {
        for scene in Scene::ALL {
            let model = scene.model(size);
            let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
            group.bench_function(format!("{}/{}x{}", scene.name(), size.0, size.1), |b| {
                b.iter(|| {
                    terminal
                        .draw(|frame| {
                            black_box(draw(&model, &look, frame));
                        })
                        .unwrap();
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, updates, draws);
criterion_main!(benches);
