//! PNG and SVG: to print, to put on a sign, to send.

use std::fmt::Write as _;

use super::{Level, Matrix, QrError};

/// The margin in modules: the standard's.
const QUIET: u16 = 4;

/// The most pixels for a module: 185 modules × 64 are already a poster.
pub const MAX_PNG_SCALE: u16 = 64;

/// A PNG, one bit a pixel, black on white with a margin of 4; `scale` pixels (1 to
/// [`MAX_PNG_SCALE`]) for a module.
///
/// # Errors
/// [`QrError::TooLong`].
pub fn png(url: &str, level: Level, scale: u16) -> Result<Vec<u8>, QrError> {
    let matrix = Matrix::encode(url, level)?;
    let scale = usize::from(scale.clamp(1, MAX_PNG_SCALE));
    let side = usize::from(matrix.size() + 2 * QUIET) * scale;
    let mut pixels = Vec::with_capacity(side.div_ceil(8) * side);
    let around = i32::from(matrix.size() + QUIET);
    for y in -i32::from(QUIET)..around {
        // A set bit is white; the bits that fill up the last byte are never looked at.
        let mut line = vec![0_u8; side.div_ceil(8)];
        for (at, x) in (-i32::from(QUIET)..around).enumerate() {
            if !matrix.dark(x, y) {
                for pixel in at * scale..(at + 1) * scale {
                    line[pixel / 8] |= 0x80 >> (pixel % 8);
                }
            }
        }
        for _ in 0..scale {
            pixels.extend_from_slice(&line);
        }
    }
    encode(&pixels, side).map_err(|_| QrError::TooLong)
}

/// Only fails for sizes that don't fit a PNG (over 2³¹ pixels wide), which no code has.
fn encode(pixels: &[u8], side: usize) -> Result<Vec<u8>, png::EncodingError> {
    let side = u32::try_from(side).map_err(|_| png::EncodingError::LimitsExceeded)?;
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(out)
}

/// An SVG of any size, black on white with a margin of 4.
///
/// # Errors
/// [`QrError::TooLong`].
pub fn svg(url: &str, level: Level) -> Result<String, QrError> {
    let matrix = Matrix::encode(url, level)?;
    let (size, side) = (i32::from(matrix.size()), matrix.size() + 2 * QUIET);
    let mut path = String::new();
    for y in 0..size {
        let mut x = 0;
        while x < size {
            let run = i32::try_from((x..size).take_while(|at| matrix.dark(*at, y)).count()).unwrap_or(0);
            if run > 0 {
                let quiet = i32::from(QUIET);
                // Writing to a string can't fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + quiet, y + quiet);
            }
            x += run.max(1);
        }
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>\n"
    ))
}
