//! A thread's own state.

use crate::fault::Fault;
use crate::image::{Function, Image};
use crate::op::{Address, Place};

/// Asynchronous copies that one thread may have open.
const MAX_COPIES: usize = 1024;

/// What a thread waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Ready,
    /// At a barrier of the block, for so many threads or for all.
    Barrier {
        id: u64,
        count: Option<u64>,
        aligned: bool,
    },
    /// Arrived at a barrier without waiting there.
    Arrive {
        id: u64,
        count: u64,
    },
    /// For the lanes of a mask, at the current instruction.
    Warp {
        mask: u32,
    },
    Exited,
}

/// One call.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    pub function: u32,
    pub pc: u32,
    pub registers: usize,
    pub params: usize,
    pub locals: usize,
}

/// A copy that happens when it is waited for; addresses are resolved to their spaces.
#[derive(Clone, Copy, Debug)]
pub struct Copy {
    pub to: (Address, u64),
    pub from: (Address, u64),
    pub bytes: u32,
    /// What is read; the rest is zeros.
    pub given: u32,
}

#[derive(Debug)]
pub struct Thread {
    pub id: [u32; 3],
    pub flat: u32,
    pub status: Status,
    pub frame: Frame,
    callers: Vec<Frame>,
    pub registers: Vec<u64>,
    pub params: Vec<u8>,
    pub locals: Vec<u8>,
    pub carry: bool,
    /// Closed groups of copies, the oldest first, then the open one.
    pub groups: Vec<Vec<Copy>>,
    pub open: Vec<Copy>,
}

impl Thread {
    /// A thread at a kernel's first instruction.
    pub fn new(id: [u32; 3], flat: u32, kernel: u32, function: &Function, params: &[u8]) -> Self {
        Self {
            id,
            flat,
            status: Status::Ready,
            frame: Frame { function: kernel, pc: 0, registers: 0, params: 0, locals: 0 },
            callers: Vec::new(),
            registers: vec![0; function.registers as usize],
            params: params.to_vec(),
            locals: vec![0; function.local_bytes as usize],
            carry: false,
            groups: Vec::new(),
            open: Vec::new(),
        }
    }

    /// Bytes that a function's frame takes.
    pub fn frame_bytes(function: &Function) -> u64 {
        u64::from(function.registers) * 8 + u64::from(function.param_bytes) + u64::from(function.local_bytes) + 64
    }

    pub fn lane(&self) -> u32 {
        self.flat % 32
    }

    #[inline(always)]
    pub fn register(&self, reg: u32) -> u64 {
        self.registers[self.frame.registers + reg as usize]
    }

    #[inline(always)]
    pub fn set(&mut self, reg: u32, value: u64) {
        self.registers[self.frame.registers + reg as usize] = value;
    }

    /// Enters a function; its arguments are copied by the caller into the new frame's places.
    pub fn enter(&mut self, index: u32, function: &Function, depth: u32, budget: u64) -> Result<(), Fault> {
        if self.callers.len() >= depth as usize {
            return Err(Fault::CallDepth(depth));
        }
        let used = self.registers.len() as u64 * 8 + (self.params.len() + self.locals.len()) as u64;
        if used + Self::frame_bytes(function) > budget {
            return Err(Fault::ThreadMemory(budget));
        }
        self.callers.push(self.frame);
        let params = self.params.len().next_multiple_of(16);
        let locals = self.locals.len().next_multiple_of(16);
        self.frame = Frame { function: index, pc: 0, registers: self.registers.len(), params, locals };
        self.registers.resize(self.registers.len() + function.registers as usize, 0);
        self.params.resize(params + function.param_bytes as usize, 0);
        self.locals.resize(locals + function.local_bytes as usize, 0);
        Ok(())
    }

    /// The frame that called the current one.
    pub fn caller(&self) -> Option<Frame> {
        self.callers.last().copied()
    }

    /// Leaves the current function; false in the kernel's own frame.
    pub fn leave(&mut self) -> bool {
        let Some(caller) = self.callers.pop() else { return false };
        self.registers.truncate(self.frame.registers);
        self.params.truncate(self.frame.params);
        self.locals.truncate(self.frame.locals);
        self.frame = caller;
        true
    }

    /// The bytes of a place in a frame.
    pub fn get_place(&self, frame: &Frame, place: Place) -> Vec<u8> {
        match place {
            Place::Param { offset, size } => {
                let start = frame.params + offset as usize;
                self.params.get(start..start + size as usize).unwrap_or_default().to_vec()
            }
            Place::Reg { reg, .. } => self.registers[frame.registers + reg as usize].to_le_bytes().to_vec(),
        }
    }

    /// Fills a place in a frame with as many bytes as it has.
    pub fn set_place(&mut self, frame: &Frame, place: Place, bytes: &[u8]) {
        match place {
            Place::Param { offset, size } => {
                let start = frame.params + offset as usize;
                for (to, from) in self.params.iter_mut().skip(start).take(size as usize).zip(bytes) {
                    *to = *from;
                }
            }
            Place::Reg { reg, bits } => {
                let mut whole = [0; 8];
                whole.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
                self.registers[frame.registers + reg as usize] = crate::types::mask(bits, u64::from_le_bytes(whole));
            }
        }
    }

    /// Notes a copy for later.
    pub fn push_copy(&mut self, copy: Copy) -> Result<(), Fault> {
        if self.open.len() + self.groups.iter().map(|group| group.len() + 1).sum::<usize>() >= MAX_COPIES {
            return Err(Fault::Copies(MAX_COPIES));
        }
        self.open.push(copy);
        Ok(())
    }

    /// Closes the open group.
    pub fn commit(&mut self) -> Result<(), Fault> {
        if self.groups.len() >= MAX_COPIES {
            return Err(Fault::Copies(MAX_COPIES));
        }
        self.groups.push(std::mem::take(&mut self.open));
        Ok(())
    }

    /// Takes what must be done so that at most so many groups are open.
    pub fn take_copies(&mut self, open: Option<u32>) -> Vec<Copy> {
        let done = self.groups.len().saturating_sub(open.unwrap_or(0) as usize);
        let mut copies: Vec<Copy> = self.groups.drain(..done).flatten().collect();
        if open.is_none() {
            copies.append(&mut self.open);
        }
        copies
    }

    /// The line of the current instruction.
    pub fn line(&self, image: &Image) -> u32 {
        let function = image.functions.get(self.frame.function as usize);
        function.and_then(|function| function.code.get(self.frame.pc as usize)).map_or(0, |instr| instr.line)
    }
}
