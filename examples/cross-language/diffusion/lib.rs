//! The heat equation on a square grid whose border keeps its temperature, by explicit steps in time,
//! for callers in C and Python.

use std::ffi::{c_char, CStr};
use std::panic::{catch_unwind, AssertUnwindSafe};

/// Why nothing was computed. The numbers are the interface: new ones come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Refusal {
    Shape = 1,
    Unstable = 2,
    NotFinite = 3,
    Internal = 4,
}

/// Advances `values`, which are row by row, by `steps` steps. `number` is diffusivity · time step /
/// spacing²; above a quarter the method is unstable. After a refusal the values are as they were.
pub fn advance(values: &mut [f64], columns: usize, number: f64, steps: u64) -> Result<(), Refusal> {
    if columns < 3 || values.len() % columns != 0 || values.len() / columns < 3 {
        return Err(Refusal::Shape);
    }
    // Written so that NaN is refused too.
    if !(number > 0.0 && number <= 0.25) {
        return Err(Refusal::Unstable);
    }
    if !values.iter().all(|value| value.is_finite()) {
        return Err(Refusal::NotFinite);
    }
    let mut now = values.to_vec();
    let mut next = now.clone();
    for _ in 0..steps {
        step(&now, &mut next, columns, number);
        std::mem::swap(&mut now, &mut next);
    }
    values.copy_from_slice(&now);
    Ok(())
}

fn step(now: &[f64], next: &mut [f64], columns: usize, number: f64) {
    let rows = now.len() / columns;
    for row in 1..rows - 1 {
        let start = row * columns;
        let north = &now[start - columns..start];
        let here = &now[start..start + columns];
        let south = &now[start + columns..start + 2 * columns];
        let out = &mut next[start..start + columns];
        for j in 1..columns - 1 {
            let around = (north[j] + south[j]) + (here[j - 1] + here[j + 1]);
            out[j] = here[j] + number * (around - 4.0 * here[j]);
        }
    }
}

/// `advance` for other languages: 0, or the number of a [`Refusal`].
///
/// # Safety
///
/// `values` points at `rows` · `columns` doubles that nobody else reads or writes meanwhile.
#[no_mangle]
pub unsafe extern "C" fn diffusion_advance(
    values: *mut f64,
    rows: usize,
    columns: usize,
    number: f64,
    steps: u64,
) -> i32 {
    let Some(count) = rows.checked_mul(columns).filter(|_| !values.is_null()) else {
        return Refusal::Shape as i32;
    };
    // A panic must not unwind into the caller, nor end its process.
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: what the caller promised.
        let values = unsafe { std::slice::from_raw_parts_mut(values, count) };
        advance(values, columns, number, steps)
    }));
    match outcome {
        Ok(Ok(())) => 0,
        Ok(Err(refusal)) => refusal as i32,
        Err(_) => Refusal::Internal as i32,
    }
}

/// What the number of a refusal means, in words; the text is there for ever.
#[no_mangle]
pub extern "C" fn diffusion_message(refusal: i32) -> *const c_char {
    let text: &CStr = match refusal {
        1 => c"the grid has fewer than three rows or columns",
        2 => c"diffusivity · time step / spacing² is not in (0, 1/4]: the method would be unstable",
        3 => c"the field has values that are not finite",
        _ => c"internal error",
    };
    text.as_ptr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// An eigenvector of the discrete operator: zero on the border.
    fn mode(intervals: usize) -> Vec<f64> {
        let wave = |i: usize| (PI * i as f64 / intervals as f64).sin();
        (0..=intervals)
            .flat_map(|row| (0..=intervals).map(move |column| wave(row) * wave(column)))
            .collect()
    }

    #[test]
    fn a_mode_decays_by_exactly_its_eigenvalue() {
        let (intervals, number, steps) = (24, 0.2, 300);
        let start = mode(intervals);
        let mut values = start.clone();
        advance(&mut values, intervals + 1, number, steps).unwrap();
        let half = (PI / (2 * intervals) as f64).sin();
        let factor = (1.0 - 8.0 * number * half * half).powi(steps as i32);
        for (value, first) in values.iter().zip(&start) {
            assert!(
                (value - factor * first).abs() < 1e-13,
                "{value} is not {factor} · {first}"
            );
        }
    }

    #[test]
    fn the_border_stays_and_no_value_leaves_the_range() {
        let mut values: Vec<f64> = (0..20 * 30).map(|i| ((i * 7919) % 101) as f64).collect();
        let start = values.clone();
        advance(&mut values, 30, 0.25, 50).unwrap();
        assert_eq!(values[..30], start[..30]);
        assert_eq!(values[19 * 30..], start[19 * 30..]);
        assert!(values.iter().all(|value| (0.0..=100.0).contains(value)));
        assert_ne!(values, start);
    }

    #[test]
    fn what_is_refused_is_left_alone() {
        let mut values = mode(4);
        let start = values.clone();
        for (columns, number, refusal) in [
            (2, 0.1, Refusal::Shape),
            (7, 0.1, Refusal::Shape),
            (5, 0.2501, Refusal::Unstable),
            (5, 0.0, Refusal::Unstable),
            (5, f64::NAN, Refusal::Unstable),
        ] {
            assert_eq!(advance(&mut values, columns, number, 1), Err(refusal));
        }
        assert_eq!(values, start);
        values[12] = f64::INFINITY;
        assert_eq!(advance(&mut values, 5, 0.1, 1), Err(Refusal::NotFinite));
    }

    #[test]
    fn callers_in_c_get_numbers() {
        let mut values = mode(4);
        unsafe {
            assert_eq!(diffusion_advance(values.as_mut_ptr(), 5, 5, 0.2, 1), 0);
            assert_eq!(diffusion_advance(values.as_mut_ptr(), 5, 5, 0.3, 1), 2);
            assert_eq!(diffusion_advance(std::ptr::null_mut(), 5, 5, 0.2, 1), 1);
            assert_eq!(
                diffusion_advance(values.as_mut_ptr(), usize::MAX, 5, 0.2, 1),
                1
            );
            assert!(CStr::from_ptr(diffusion_message(2))
                .to_str()
                .unwrap()
                .contains("unstable"));
        }
    }
}
