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

/// Text on a ground of our own.
const LIGHT_TEXT: Color = Color::Rgb(236, 239, 243);
const DARK_TEXT: Color = Color::Rgb(24, 28, 34);

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
    /// Not told: most terminals don't say. Colours that can be read on either.
    Unknown,
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
        let ground = wish.or_else(|| terminal.colorfgbg.and_then(ground_of)).unwrap_or(Ground::Unknown);
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

    /// How `role` looks. The ordinary text keeps the terminal's own colours; who gives it a ground of
    /// another colour gives it its own colour too, so that a wrong guess never makes it unreadable.
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
                (Depth::True, Ground::Dark) => plain.fg(LIGHT_TEXT).bg(Color::Rgb(38, 52, 72)),
                (Depth::True, Ground::Light) => plain.fg(DARK_TEXT).bg(Color::Rgb(214, 228, 245)),
                (Depth::True, Ground::Unknown) | (Depth::Sixteen | Depth::Mono, _) => {
                    plain.add_modifier(Modifier::REVERSED)
                }
            },
            Role::Input => match (self.depth, self.ground) {
                (Depth::True, Ground::Dark) => plain.fg(LIGHT_TEXT).bg(Color::Rgb(40, 44, 52)),
                (Depth::True, Ground::Light) => plain.fg(DARK_TEXT).bg(Color::Rgb(236, 238, 242)),
                (Depth::True, Ground::Unknown) => plain.fg(LIGHT_TEXT).bg(Color::Rgb(64, 70, 82)),
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
        use Ground::{Dark, Light, Unknown};
        let of16 = |dark, light| Some(if self.ground == Light { light } else { dark });
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
            (Depth::True, Role::Muted, Unknown) => rgb((118, 125, 135)),
            (Depth::True, Role::Accent, Dark) => rgb((102, 178, 255)),
            (Depth::True, Role::Accent, Light) => rgb((0, 92, 184)),
            (Depth::True, Role::Accent, Unknown) => rgb((30, 130, 230)),
            (Depth::True, Role::Paid, Dark) => rgb((92, 214, 128)),
            (Depth::True, Role::Paid, Light) => rgb((16, 122, 56)),
            (Depth::True, Role::Paid, Unknown) => rgb((20, 148, 70)),
            (Depth::True, Role::Warning, Dark) => rgb((240, 190, 80)),
            (Depth::True, Role::Warning, Light) => rgb((148, 90, 0)),
            (Depth::True, Role::Warning, Unknown) => rgb((180, 116, 0)),
            (Depth::True, Role::Error, Dark) => rgb((255, 120, 110)),
            (Depth::True, Role::Error, Light) => rgb((186, 26, 26)),
            (Depth::True, Role::Error, Unknown) => rgb((224, 68, 58)),
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
        assert_eq!(chosen(none), (Ground::Unknown, Depth::Sixteen));
        assert_eq!(chosen(Terminal { colorterm: Some("truecolor"), ..none }), (Ground::Unknown, Depth::True));
        assert_eq!(chosen(Terminal { term: Some("xterm-direct"), ..none }), (Ground::Unknown, Depth::True));
        assert_eq!(chosen(Terminal { colorfgbg: Some("0;15"), ..none }), (Ground::Light, Depth::Sixteen));
        assert_eq!(chosen(Terminal { colorfgbg: Some("0;default;7"), ..none }).0, Ground::Light);
        assert_eq!(chosen(Terminal { colorfgbg: Some("15;8"), ..none }).0, Ground::Dark);
        assert_eq!(chosen(Terminal { colorfgbg: Some("15;default"), ..none }).0, Ground::Unknown);
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

    /// How well two colours can be told apart, 1 to 21 (WCAG 2).
    fn contrast(a: Color, b: Color) -> f64 {
        let luminance = |colour| {
            let Color::Rgb(r, g, b) = colour else { panic!("{colour:?}") };
            let part = |c: u8| {
                let c = f64::from(c) / 255.0;
                if c <= 0.039_28 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn what_is_written_can_be_read_on_its_ground() {
        let (black, white) = (Color::Rgb(24, 24, 24), Color::Rgb(255, 255, 255));
        let grounds = |ground| match ground {
            Ground::Dark => vec![black],
            Ground::Light => vec![white],
            Ground::Unknown => vec![black, white],
        };
        for ground in [Ground::Dark, Ground::Light, Ground::Unknown] {
            let theme = Theme::new(ground, Depth::True);
            for role in [Role::Muted, Role::Accent, Role::Paid, Role::Warning, Role::Error] {
                let colour = theme.style(role).fg.unwrap();
                for on in grounds(ground) {
                    assert!(contrast(colour, on) >= 3.5, "{ground:?} {role:?} {}", contrast(colour, on));
                }
            }
            // What has a ground of its own has its own colour too, whatever the terminal's is.
            for role in [Role::Input, Role::Selection] {
                let style = theme.style(role);
                let reversed = style.add_modifier.contains(Modifier::REVERSED);
                match (style.fg, style.bg) {
                    (Some(fg), Some(bg)) => assert!(contrast(fg, bg) >= 7.0, "{ground:?} {role:?}"),
                    (None, None) => assert!(reversed, "{ground:?} {role:?}"),
                    other => panic!("{ground:?} {role:?} {other:?}"),
                }
            }
        }
    }

    #[test]
    fn without_colours_no_style_has_one() {
        for ground in [Ground::Dark, Ground::Light, Ground::Unknown] {
            for role in Role::ALL {
                let style = Theme::new(ground, Depth::Mono).style(role);
                assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
            }
        }
    }

    #[test]
    fn what_is_chosen_and_what_is_wrong_stand_out_in_every_theme() {
        for ground in [Ground::Dark, Ground::Light, Ground::Unknown] {
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
