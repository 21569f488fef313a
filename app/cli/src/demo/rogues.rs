//! Backends that fail in the ways that the market must survive.

use std::time::Duration;

use tessera_compute::{Backend, Cancel, CpuBackend, ExecError, Graph, Tensor};

/// Computes until it is told to stop, and delivers nothing.
#[derive(Debug, Default)]
pub struct Stuck;

impl Backend for Stuck {
    fn name(&self) -> &'static str {
        "stuck"
    }

    fn run(&self, _: &Graph, _: &[Tensor], cancel: &Cancel) -> Result<Vec<Tensor>, ExecError> {
        while !cancel.is_cancelled() {
            // Leaves the processor to the others; nothing waits for this length of time.
            std::thread::park_timeout(Duration::from_millis(5));
        }
        Err(ExecError::Cancelled)
    }
}

/// Computes, then flips the lowest bit of the first element of the first output of floats.
#[derive(Debug, Default)]
pub struct Wrong(CpuBackend);

impl Backend for Wrong {
    fn name(&self) -> &'static str {
        "wrong"
    }

    fn run(&self, graph: &Graph, inputs: &[Tensor], cancel: &Cancel) -> Result<Vec<Tensor>, ExecError> {
        let mut outputs = self.0.run(graph, inputs, cancel)?;
        for output in &mut outputs {
            let Ok(values) = output.as_f32() else { continue };
            let mut values = values.to_vec();
            let Some(first) = values.first_mut() else { continue };
            *first = f32::from_bits(first.to_bits() ^ 1);
            if let Ok(wrong) = Tensor::f32(output.shape().dims(), values) {
                *output = wrong;
                break;
            }
        }
        Ok(outputs)
    }
}
