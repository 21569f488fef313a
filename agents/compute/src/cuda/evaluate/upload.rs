//! Between host and device.

use std::rc::Rc;

use tessera_referee::DType;

use super::{OnDevice, Run};
use crate::cuda::Launcher;
use crate::tensor::Data;
use crate::{ExecError, Tensor};

impl<L: Launcher> Run<'_, L> {
    pub(super) fn upload(&mut self, tensor: &Tensor) -> Result<OnDevice<L::Buffer>, ExecError> {
        let ty = tensor.tensor_type();
        let mut buffer = self.allocate(ty.bytes())?;
        self.gpu.upload(bytes_of(tensor.data()), &mut buffer)?;
        self.gpu.watch(self.cancel)?;
        Ok(OnDevice { ty, buffer: Rc::new(buffer) })
    }

    pub(super) fn download(&mut self, x: &OnDevice<L::Buffer>) -> Result<Tensor, ExecError> {
        let count = usize::try_from(x.elements()).map_err(|_| ExecError::TooLarge(x.ty.bytes()))?;
        let data = match x.ty.dtype {
            DType::F32 => Data::F32(self.fetch(x, count)?),
            DType::I8 => Data::I8(self.fetch(x, count)?),
            DType::I32 => Data::I32(self.fetch(x, count)?),
        };
        Ok(Tensor::from_parts(x.ty.shape, data))
    }

    fn fetch<T: Plain>(&mut self, x: &OnDevice<L::Buffer>, count: usize) -> Result<Vec<T>, ExecError> {
        let mut data = Vec::new();
        data.try_reserve_exact(count).map_err(|_| ExecError::TooLarge(x.ty.bytes()))?;
        data.resize(count, T::default());
        // SAFETY: `Plain` types have no padding and any bytes are a value, so their memory may be written as bytes.
        let bytes =
            unsafe { std::slice::from_raw_parts_mut(data.as_mut_ptr().cast::<u8>(), size_of_val(data.as_slice())) };
        self.gpu.download(&x.buffer, bytes)?;
        Ok(data)
    }
}

fn bytes_of(data: &Data) -> &[u8] {
    fn plain<T: Plain>(data: &[T]) -> &[u8] {
        // SAFETY: `Plain` types have no padding, so all of their bytes may be read.
        unsafe { std::slice::from_raw_parts(data.as_ptr().cast::<u8>(), size_of_val(data)) }
    }
    match data {
        Data::F32(data) => plain(data),
        Data::I8(data) => plain(data),
        Data::I32(data) => plain(data),
    }
}

/// Types without padding, of which any bytes are a value.
///
/// # Safety
///
/// Both must hold.
unsafe trait Plain: Copy + Default {}
// SAFETY: primitive numbers.
unsafe impl Plain for f32 {}
// SAFETY: primitive numbers.
unsafe impl Plain for i8 {}
// SAFETY: primitive numbers.
unsafe impl Plain for i32 {}

/// The device is little-endian, and its memory is copied as it is.
const _: () = assert!(cfg!(target_endian = "little"));
