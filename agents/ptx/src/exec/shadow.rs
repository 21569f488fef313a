//! Who touched a byte last, to find races.
//!
//! Two accesses of a byte, at least one a write, by two threads of a block race unless between them stands a barrier of
//! all threads of the block that have not exited, or, for threads of one warp, a `bar.warp.sync` of all the warp's
//! threads that have not exited. Barriers of fewer threads order nothing here, nor do shuffles and votes, which PTX
//! gives no memory order. Writes of one value are a race like any other: PTX promises nothing about them for more than
//! one byte. Nobody touches bytes that an asynchronous copy is to write until it is waited for. Atomics, and accesses
//! that are volatile, relaxed, acquire or release, are exempt.

/// The last write and the last read of a byte.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cell {
    write: Stamp,
    read: Stamp,
    /// Another lane of the last reader's warp read since the warp's last barrier.
    many_lanes: bool,
    /// Another warp of the block read since the block's last barrier.
    many_warps: bool,
    /// Another block read.
    other_block: bool,
    /// Shared memory: somebody wrote, atomically or not.
    pub written: bool,
    /// An asynchronous copy into it is open.
    pub pending: bool,
}

/// When and by whom; epoch 0 is never.
#[derive(Clone, Copy, Debug, Default)]
struct Stamp {
    epoch: u32,
    warp_epoch: u32,
    thread: u16,
}

/// A thread at an access.
#[derive(Clone, Copy, Debug)]
pub struct Who {
    pub thread: u16,
    /// Counts the block's barriers and the blocks of the launch, from 1.
    pub epoch: u32,
    /// Counts the warp's own barriers within the block.
    pub warp_epoch: u32,
    /// The block's first epoch.
    pub block_start: u32,
    /// Whether races with other blocks count.
    pub across: bool,
}

/// A race of an access with an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// With a thread of the block.
    Thread(u16),
    /// With another block.
    Block,
    /// With an asynchronous copy that nobody has waited for.
    Copy,
}

impl Who {
    const fn warp(&self) -> u16 {
        self.thread / 32
    }

    fn stamp(&self) -> Stamp {
        Stamp { epoch: self.epoch, warp_epoch: self.warp_epoch, thread: self.thread }
    }

    fn is_foreign(&self, stamp: Stamp) -> bool {
        stamp.epoch != 0 && stamp.epoch < self.block_start
    }

    /// Whether an access of this block is ordered before ours.
    fn follows(&self, stamp: Stamp) -> bool {
        stamp.epoch < self.epoch
            || stamp.thread == self.thread
            || (stamp.thread / 32 == self.warp() && stamp.warp_epoch < self.warp_epoch)
    }

    fn against_write(&self, write: Stamp) -> Result<(), Conflict> {
        if self.is_foreign(write) {
            return if self.across { Err(Conflict::Block) } else { Ok(()) };
        }
        if self.follows(write) { Ok(()) } else { Err(Conflict::Thread(write.thread)) }
    }
}

impl Cell {
    /// Notes a read.
    pub fn read(&mut self, who: &Who) -> Result<(), Conflict> {
        if self.pending {
            return Err(Conflict::Copy);
        }
        who.against_write(self.write)?;
        let last = self.read;
        self.other_block |= who.is_foreign(last);
        if last.epoch != who.epoch {
            (self.many_lanes, self.many_warps) = (false, false);
        } else if last.thread / 32 != who.warp() {
            self.many_warps = true;
        } else if last.warp_epoch != who.warp_epoch {
            self.many_lanes = false;
        } else if last.thread != who.thread {
            self.many_lanes = true;
        }
        self.read = who.stamp();
        Ok(())
    }

    /// Notes the issue of an asynchronous copy, which writes at any time until it is waited for.
    pub fn announce(&mut self, who: &Who) -> Result<(), Conflict> {
        let written = self.written;
        self.write(who)?;
        (self.written, self.pending) = (written, true);
        Ok(())
    }

    /// Notes the end of an asynchronous copy, in the thread that waited for it.
    pub fn complete(&mut self, who: &Who) -> Result<(), Conflict> {
        self.pending = false;
        self.write(who)
    }

    /// Notes a write.
    pub fn write(&mut self, who: &Who) -> Result<(), Conflict> {
        if self.pending {
            return Err(Conflict::Copy);
        }
        who.against_write(self.write)?;
        let last = self.read;
        if who.across && (self.other_block || who.is_foreign(last)) {
            return Err(Conflict::Block);
        }
        if last.epoch == who.epoch {
            let same_warp = last.thread / 32 == who.warp();
            let warp_orders = same_warp && last.warp_epoch < who.warp_epoch;
            let unordered = last.thread != who.thread || self.many_lanes;
            if self.many_warps || (unordered && !warp_orders) {
                return Err(Conflict::Thread(last.thread));
            }
        }
        self.write = who.stamp();
        self.written = true;
        Ok(())
    }
}

const PAGE: usize = 4096;

/// Cells of global memory, made where it is touched.
#[derive(Debug, Default)]
pub struct Pages {
    allocations: Vec<Vec<Option<Box<[Cell]>>>>,
}

impl Pages {
    /// The cell of a byte that is known to be within its allocation.
    pub fn cell(&mut self, allocation: usize, offset: usize) -> Option<&mut Cell> {
        if self.allocations.len() <= allocation {
            self.allocations.resize(allocation + 1, Vec::new());
        }
        let pages = self.allocations.get_mut(allocation)?;
        let page = offset / PAGE;
        if pages.len() <= page {
            pages.resize(page + 1, None);
        }
        let cells = pages.get_mut(page)?.get_or_insert_with(|| vec![Cell::default(); PAGE].into_boxed_slice());
        cells.get_mut(offset % PAGE)
    }
}
