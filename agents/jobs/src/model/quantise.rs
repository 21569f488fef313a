//! Symmetric quantisation of weights.

/// Rows of `width` numbers as i8 and one scale each: `value = i8 x scale`, with the row's largest magnitude at +-127. A row of zeros
/// has scale 0.
pub(crate) fn quantise_rows(values: &[f32], width: usize) -> (Vec<i8>, Vec<f32>) {
    let rows = values.chunks_exact(width.max(1));
    let scales: Vec<f32> = rows.clone().map(|row| row.iter().fold(0f32, |most, x| most.max(x.abs())) / 127.0).collect();
    let whole =
        |x: f32, scale: f32| if scale > 0.0 { (x / scale).round_ties_even().clamp(-127.0, 127.0) as i8 } else { 0 };
    let quantised = rows.zip(&scales).flat_map(|(row, &scale)| row.iter().map(move |&x| whole(x, scale))).collect();
    (quantised, scales)
}

#[cfg(test)]
mod tests {
    use super::quantise_rows;

    #[test]
    fn each_row_has_its_own_scale_and_zeros_stay() {
        let (quantised, scales) = quantise_rows(&[1.0, -2.0, 0.5, 0.0, 0.0, 0.0], 3);
        assert_eq!(quantised, [64, -127, 32, 0, 0, 0]);
        assert_eq!(scales, [2.0 / 127.0, 0.0]);
        assert_eq!(quantise_rows(&[f32::MAX, f32::MIN_POSITIVE], 2).0, [127, 0]);
    }
}
