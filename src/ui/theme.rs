//! Colours by meaning. A screen asks for "paid" or "muted", never for green or grey, and never lets a
//! colour alone say something: a glyph and a word go with it.

use ratatui::style::{Color, Modifier, Style};

use crate::qr::Palette;

/// What a piece of the screen means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// What is read.
    Text,
    /// What matters more than the rest: amounts to pay, titles.
    Strong,
    /// What is there if one looks for it.
    Muted,
    /// What has the focus.
    Accent,
    /// Money came in.
    Paid,
    /// Look here.
    Warning,
    /// Did not work.
    Error,
    /// The row that is chosen.
    Selection,
    /// The ground of a field that can be typed in.
    Input,
    /// Not real money: SANDBOX.
    Badge,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 10] = [
        Self::Text,
        Self::Strong,
        Self::Muted,
        Self::Accent,
        Self::Paid,
        Self::Warning,
        Self::Error,
        Self::Selection,
        Self::Input,
        Self::Badge,
    ];
}

/// The terminal's ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ground {
    /// Light on dark.
    Dark,
    /// Dark on light.
    Light,
}

/// How many colours there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Depth {
    /// None: bold, dim, underline and reverse say it.
    Mono,
    /// The terminal's own sixteen.
    Sixteen,
    /// Sixteen million.
    True,
}

/// What the environment says about the terminal, as values (nothing is read here).
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal<'a> {
    /// `NO_COLOR`, or the option of that name as `Some("1")`.
    pub no_color: Option<&'a str>,
    /// `COLORTERM`.
    pub colorterm: Option<&'a str>,
    /// `COLORFGBG`.
    pub colorfgbg: Option<&'a str>,
    /// `TERM`.
    pub term: Option<&'a str>,
}

/// A theme: how each meaning looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    ground: Ground,
    depth: Depth,
    fixed: Palette,
}

impl Default for Theme {
    fn default() -> Self {
        Self::new(Ground::Dark, Depth::Sixteen)
    }
}

impl Theme {
    /// The theme for this ground and depth.
    #[must_use]
    pub const fn new(ground: Ground, depth: Depth) -> Self {
        let fixed = match depth {
            Depth::True => Palette::TrueColor,
            Depth::Mono | Depth::Sixteen => Palette::Ansi16,
        };
        Self { ground, depth, fixed }
    }

    /// Chosen by the config (`None`: as the terminal says) and the environment.
    #[must_use]
    pub fn choose(wish: Option<Ground>, terminal: &Terminal<'_>) -> Self {
        let ground = wish.or_else(|| terminal.colorfgbg.and_then(ground_of)).unwrap_or(Ground::Dark);
        let coloured = depth_of(&Terminal { no_color: None, ..*terminal });
        let fixed = match coloured {
            Depth::True => Palette::TrueColor,
            _ if terminal.term.is_some_and(|t| t.contains("256color")) => Palette::Ansi256,
            _ => Palette::Ansi16,
        };
        Self { fixed, ..Self::new(ground, depth_of(terminal)) }
    }

    /// The ground.
    #[must_use]
    pub const fn ground(self) -> Ground {
        self.ground
    }

    /// How many colours.
    #[must_use]
    pub const fn depth(self) -> Depth {
        self.depth
    }

    /// The surest black and white there is, for the QR code: with `NO_COLOR` too, because that is about
    /// decoration, and a code in the terminal's own colours may not scan.
    #[must_use]
    pub const fn fixed_colours(self) -> Palette {
        self.fixed
    }

    /// How `role` looks. The ordinary text keeps the terminal's own colours, so that a wrong guess of
    /// the ground never makes it unreadable.
    #[must_use]
    pub fn style(self, role: Role) -> Style {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        match role {
            Role::Text => plain,
            Role::Strong => bold,
            Role::Muted => self.colour(role).map_or(plain.add_modifier(Modifier::DIM), |c| plain.fg(c)),
            Role::Accent | Role::Paid | Role::Warning | Role::Error => match self.colour(role) {
                Some(c) => bold.fg(c),
                None if role == Role::Error => bold.add_modifier(Modifier::REVERSED),
                None => bold,
            },
            Role::Selection => match (self.depth, self.ground) {
                (Depth::True, Ground::Dark) => plain.bg(Color::Rgb(38, 52, 72)),
                (Depth::True, Ground::Light) => plain.bg(Color::Rgb(214, 228, 245)),
                (Depth::Sixteen | Depth::Mono, _) => plain.add_modifier(Modifier::REVERSED),
            },
            Role::Input => match (self.depth, self.ground) {
                (Depth::True, Ground::Dark) => plain.bg(Color::Rgb(40, 44, 52)),
                (Depth::True, Ground::Light) => plain.bg(Color::Rgb(236, 238, 242)),
                (Depth::Sixteen | Depth::Mono, _) => plain.add_modifier(Modifier::UNDERLINED),
            },
            Role::Badge => match self.colour(Role::Warning) {
                Some(c) => bold.fg(c).add_modifier(Modifier::REVERSED),
                None => bold.add_modifier(Modifier::REVERSED),
            },
        }
    }

    /// The foreground of `role`; `None` where it has none of its own.
    fn colour(self, role: Role) -> Option<Color> {
        use Ground::{Dark, Light};
        let of16 = |dark, light| Some(if self.ground == Dark { dark } else { light });
        let rgb = |(r, g, b): (u8, u8, u8)| Some(Color::Rgb(r, g, b));
        match (self.depth, role, self.ground) {
            (Depth::Mono, _, _) => None,
            // Dim rather than bright black, which some palettes make the colour of the ground.
            (Depth::Sixteen, Role::Muted, _) => None,
            (Depth::Sixteen, Role::Accent, _) => of16(Color::Cyan, Color::Blue),
            (Depth::Sixteen, Role::Paid, _) => of16(Color::LightGreen, Color::Green),
            (Depth::Sixteen, Role::Warning, _) => of16(Color::Yellow, Color::Magenta),
            (Depth::Sixteen, Role::Error, _) => of16(Color::LightRed, Color::Red),
            (Depth::True, Role::Muted, Dark) => rgb((148, 156, 168)),
            (Depth::True, Role::Muted, Light) => rgb((96, 104, 116)),
            (Depth::True, Role::Accent, Dark) => rgb((102, 178, 255)),
            (Depth::True, Role::Accent, Light) => rgb((0, 92, 184)),
            (Depth::True, Role::Paid, Dark) => rgb((92, 214, 128)),
            (Depth::True, Role::Paid, Light) => rgb((16, 122, 56)),
            (Depth::True, Role::Warning, Dark) => rgb((240, 190, 80)),
            (Depth::True, Role::Warning, Light) => rgb((148, 90, 0)),
            (Depth::True, Role::Error, Dark) => rgb((255, 120, 110)),
            (Depth::True, Role::Error, Light) => rgb((186, 26, 26)),
            (_, Role::Text | Role::Strong | Role::Selection | Role::Input | Role::Badge, _) => None,
        }
    }
}

/// The ground that `COLORFGBG` (`15;0`, `0;default;15`) tells: its last part is the ground's colour.
fn ground_of(colorfgbg: &str) -> Option<Ground> {
    let ground: u8 = colorfgbg.rsplit(';').next()?.trim().parse().ok()?;
    Some(if matches!(ground, 7 | 9..=15) { Ground::Light } else { Ground::Dark })
}

fn depth_of(terminal: &Terminal<'_>) -> Depth {
    // https://no-color.org: any value but an empty one.
    if terminal.no_color.is_some_and(|v| !v.is_empty()) || terminal.term == Some("dumb") {
        return Depth::Mono;
    }
    let says = |word: &str| terminal.colorterm.is_some_and(|v| v.eq_ignore_ascii_case(word));
    let direct = terminal.term.is_some_and(|t| t.ends_with("-direct"));
    if says("truecolor") || says("24bit") || direct { Depth::True } else { Depth::Sixteen }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_chooses() {
        let chosen = |t: Terminal<'_>| {
            let theme = Theme::choose(None, &t);
            (theme.ground(), theme.depth())
        };
        let none = Terminal::default();
        assert_eq!(chosen(none), (Ground::Dark, Depth::Sixteen));
        assert_eq!(chosen(Terminal { colorterm: Some("truecolor"), ..none }), (Ground::Dark, Depth::True));
        assert_eq!(chosen(Terminal { term: Some("xterm-direct"), ..none }), (Ground::Dark, Depth::True));
        assert_eq!(chosen(Terminal { colorfgbg: Some("0;15"), ..none }), (Ground::Light, Depth::Sixteen));
        assert_eq!(chosen(Terminal { colorfgbg: Some("0;default;7"), ..none }).0, Ground::Light);
        assert_eq!(chosen(Terminal { colorfgbg: Some("15;8"), ..none }).0, Ground::Dark);
        assert_eq!(chosen(Terminal { colorfgbg: Some("15;default"), ..none }).0, Ground::Dark);
        let mono = Terminal { no_color: Some("1"), colorterm: Some("truecolor"), ..none };
        assert_eq!(chosen(mono).1, Depth::Mono);
        assert_eq!(Theme::choose(None, &mono).fixed_colours(), Palette::TrueColor);
        let tmux = Terminal { term: Some("tmux-256color"), ..none };
        assert_eq!(Theme::choose(None, &tmux).fixed_colours(), Palette::Ansi256);
        assert_eq!(chosen(Terminal { no_color: Some(""), ..none }).1, Depth::Sixteen);
    }

    #[test]
    fn a_wish_wins_over_the_terminal() {
        let dark = Terminal { colorfgbg: Some("15;0"), ..Terminal::default() };
        assert_eq!(Theme::choose(Some(Ground::Light), &dark).ground(), Ground::Light);
    }

    #[test]
    fn without_colours_no_style_has_one() {
        for ground in [Ground::Dark, Ground::Light] {
            for role in Role::ALL {
                let style = Theme::new(ground, Depth::Mono).style(role);
                assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
            }
        }
    }

    #[test]
    fn what_is_chosen_and_what_is_wrong_stand_out_in_every_theme() {
        for ground in [Ground::Dark, Ground::Light] {
            for depth in [Depth::Mono, Depth::Sixteen, Depth::True] {
                let theme = Theme::new(ground, depth);
                for role in Role::ALL.into_iter().filter(|r| *r != Role::Text) {
                    assert_ne!(theme.style(role), theme.style(Role::Text), "{theme:?} {role:?}");
                }
                assert_ne!(theme.style(Role::Paid), theme.style(Role::Error));
            }
        }
    }
}
