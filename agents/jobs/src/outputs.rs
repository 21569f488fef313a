//! Typed reading of a run's outputs. They come from a stranger: everything about them is checked.

use tessera_compute::{DType, Tensor};

use crate::JobError;

/// The outputs of a job, as many as it has.
pub(crate) struct Outputs<'a> {
    job: &'static str,
    tensors: &'a [Tensor],
}

impl<'a> Outputs<'a> {
    pub fn new(job: &'static str, tensors: &'a [Tensor], count: usize) -> Result<Self, JobError> {
        let outputs = Self { job, tensors };
        if tensors.len() != count {
            return Err(outputs.refused(format!("{} outputs instead of {count}", tensors.len())));
        }
        Ok(outputs)
    }

    pub fn refused(&self, reason: impl Into<String>) -> JobError {
        JobError::Outputs { job: self.job, reason: reason.into() }
    }

    /// Output `index`, whose dimensions must be `dims`; `None` stands for any but zero.
    fn shaped(&self, index: usize, dtype: DType, dims: &[Option<usize>]) -> Result<&'a Tensor, JobError> {
        let tensor = self.tensors.get(index).ok_or_else(|| self.refused(format!("output {index} is missing")))?;
        let shape = tensor.shape();
        let fits = shape.rank() == dims.len()
            && shape
                .dims()
                .iter()
                .zip(dims)
                .all(|(&dim, wanted)| wanted.map_or(dim > 0, |wanted| dim == wanted as u64));
        if tensor.dtype() != dtype || !fits {
            return Err(self.refused(format!("output {index} is {}", tensor.tensor_type())));
        }
        Ok(tensor)
    }

    /// A finite f32 output, widened.
    pub fn wide(&self, index: usize, dims: &[Option<usize>]) -> Result<Vec<f64>, JobError> {
        let values = self.shaped(index, DType::F32, dims)?.as_f32()?;
        if values.iter().any(|value| !value.is_finite()) {
            return Err(JobError::NotFinite);
        }
        Ok(values.iter().copied().map(f64::from).collect())
    }

    /// The rows of a finite f32 output of rank 2.
    pub fn rows(&self, index: usize) -> Result<Vec<Vec<f32>>, JobError> {
        let tensor = self.shaped(index, DType::F32, &[None, None])?;
        let values = tensor.as_f32()?;
        if values.iter().any(|value| !value.is_finite()) {
            return Err(JobError::NotFinite);
        }
        Ok(values.chunks_exact(tensor.shape().row() as usize).map(<[f32]>::to_vec).collect())
    }

    /// A single finite f32, `[]` or `[1]`.
    pub fn scalar(&self, index: usize) -> Result<f64, JobError> {
        let rank = self.tensors.get(index).map_or(0, |tensor| tensor.shape().rank());
        let value = self.wide(index, if rank == 0 { &[] } else { &[Some(1)] })?;
        value.first().copied().ok_or_else(|| self.refused(format!("output {index} is empty")))
    }

    /// The column means from output `index` `[2, d]`, its two rows added.
    pub fn means(&self, index: usize, d: usize) -> Result<Vec<f64>, JobError> {
        let both = self.wide(index, &[Some(2), Some(d)])?;
        let (first, second) = both.split_at(d);
        Ok(first.iter().zip(second).map(|(a, b)| a + b).collect())
    }

    /// i32 output of rank 1 whose entries are all below `limit`.
    pub fn labels(&self, index: usize, limit: usize) -> Result<Vec<u32>, JobError> {
        let labels = self.shaped(index, DType::I32, &[None])?.as_i32()?;
        labels
            .iter()
            .map(|&label| {
                u32::try_from(label)
                    .ok()
                    .filter(|&label| (label as usize) < limit)
                    .ok_or_else(|| self.refused(format!("label {label} names no cluster")))
            })
            .collect()
    }

    /// Names for `count` columns: those of the spec, or `x0`, `x1`, ... where it holds none.
    pub fn names(&self, names: Option<&[String]>, count: usize) -> Result<Vec<String>, JobError> {
        match names {
            Some(names) if names.len() == count => Ok(names.to_vec()),
            Some(names) => Err(self.refused(format!("{count} columns where the job names {}", names.len()))),
            None => Ok((0..count).map(|index| format!("x{index}")).collect()),
        }
    }
}
