//! Reads and writes of memory, checked for bounds, alignment and races.

use super::shadow::{Cell, Conflict, Who};
use super::thread::Thread;
use super::window;
use super::world::World;
use crate::fault::Fault;
use crate::memory::{ALLOCATION_BITS, locate};
use crate::op::Address;
use crate::syntax::Space;

/// Greatest access in bytes: four words.
pub const MAX_ACCESS: usize = 16;

/// How an access orders itself with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Plain,
    /// Atomic, volatile, relaxed, acquire, release.
    Strong,
}

/// What an access does to a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Touch {
    Read,
    Write,
    /// The issue of an asynchronous copy into it.
    Announce,
    /// The end of that copy.
    Complete,
}

/// An access whose space and offset are known, within one allocation.
#[derive(Clone, Copy, Debug)]
enum At {
    Global { allocation: usize, offset: usize },
    Shared(usize),
    Local(usize),
    Param(usize),
}

impl World<'_> {
    /// The address that an operand gives, in its space.
    pub fn address(&self, thread: &Thread, address: &Address) -> u64 {
        self.value(thread, address.base).wrapping_add_signed(address.offset)
    }

    fn resolve(&mut self, thread: &Thread, space: Space, address: u64, bytes: u32) -> Result<At, Fault> {
        if !address.is_multiple_of(u64::from(bytes)) {
            return Err(Fault::Misaligned { address, bytes });
        }
        let (inner, place) = match space {
            Space::Generic => match address >> 60 {
                0 => (Space::Global, address),
                1 => (Space::Local, address - window(Space::Local)),
                2 | 3 => (Space::Shared, address - window(Space::Shared)),
                4..=7 => (Space::Param, address - window(Space::Param)),
                _ => (Space::Global, address),
            },
            space => (space, address),
        };
        let within = |length: usize| {
            let start = usize::try_from(place).ok()?;
            (start.checked_add(bytes as usize)? <= length).then_some(start)
        };
        let found = match inner {
            Space::Shared => self.shared.locate(place, bytes).map(At::Shared),
            Space::Local => within(thread.locals.len()).map(At::Local),
            Space::Param => within(thread.params.len()).map(At::Param),
            _ => locate(place).and_then(|(allocation, offset)| {
                let length = self.memory.allocation(allocation)?.bytes.len();
                let end = offset.checked_add(bytes as usize)?;
                (end <= length).then_some(At::Global { allocation, offset })
            }),
        };
        found.ok_or(Fault::OutOfBounds { space: space.into(), address, bytes })
    }

    /// Reads up to [`MAX_ACCESS`] bytes.
    pub fn read(
        &mut self,
        thread: &Thread,
        (address, at): (&Address, u64),
        bytes: u32,
        order: Order,
    ) -> Result<[u8; MAX_ACCESS], Fault> {
        let place = self.resolve(thread, address.space, at, bytes)?;
        if self.watches() {
            let who = self.who(thread);
            self.note(place, bytes, &who, Touch::Read, order)?;
        }
        let mut found = [0; MAX_ACCESS];
        let bytes = bytes as usize;
        let source = match place {
            At::Global { allocation, offset } => {
                self.memory.allocation(allocation).and_then(|found| found.bytes.get(offset..offset + bytes))
            }
            At::Shared(offset) => self.shared.bytes.get(offset..offset + bytes),
            At::Local(offset) => thread.locals.get(offset..offset + bytes),
            At::Param(offset) => thread.params.get(offset..offset + bytes),
        };
        for (to, from) in found.iter_mut().zip(source.unwrap_or_default()) {
            *to = *from;
        }
        Ok(found)
    }

    /// Writes up to [`MAX_ACCESS`] bytes.
    pub fn write(
        &mut self,
        thread: &mut Thread,
        (address, at): (&Address, u64),
        data: &[u8],
        order: Order,
    ) -> Result<(), Fault> {
        self.put(thread, (address, at), data, (Touch::Write, order))
    }

    /// Writes what was announced before.
    pub fn complete(&mut self, thread: &mut Thread, to: (&Address, u64), data: &[u8]) -> Result<(), Fault> {
        self.put(thread, to, data, (Touch::Complete, Order::Plain))
    }

    fn put(
        &mut self,
        thread: &mut Thread,
        (address, at): (&Address, u64),
        data: &[u8],
        (touch, order): (Touch, Order),
    ) -> Result<(), Fault> {
        let bytes = data.len();
        let place = self.resolve(thread, address.space, at, bytes as u32)?;
        self.refuse_constant(place)?;
        if self.watches() {
            let who = self.who(thread);
            self.note(place, bytes as u32, &who, touch, order)?;
        }
        let target = match place {
            At::Global { allocation, offset } => {
                self.memory.allocation(allocation).and_then(|found| found.bytes.get_mut(offset..offset + bytes))
            }
            At::Shared(offset) => self.shared.bytes.get_mut(offset..offset + bytes),
            At::Local(offset) => thread.locals.get_mut(offset..offset + bytes),
            At::Param(offset) => thread.params.get_mut(offset..offset + bytes),
        };
        if let Some(target) = target {
            target.copy_from_slice(data);
        }
        Ok(())
    }

    /// Notes a write that comes later, so that accesses until then are seen to race with it.
    pub fn announce(&mut self, thread: &Thread, (address, at): (&Address, u64), bytes: u32) -> Result<(), Fault> {
        let place = self.resolve(thread, address.space, at, bytes)?;
        if self.watches() {
            let who = self.who(thread);
            self.note(place, bytes, &who, Touch::Announce, Order::Plain)?;
        }
        Ok(())
    }

    fn refuse_constant(&mut self, place: At) -> Result<(), Fault> {
        let At::Global { allocation, offset } = place else { return Ok(()) };
        if self.memory.allocation(allocation).is_some_and(|found| found.read_only) {
            return Err(Fault::ReadOnly { address: global(allocation, offset) });
        }
        Ok(())
    }

    /// Notes who touches bytes, and finds races and shared bytes that nobody wrote.
    fn note(&mut self, place: At, bytes: u32, who: &Who, touch: Touch, order: Order) -> Result<(), Fault> {
        for byte in 0..bytes as usize {
            let (cell, space, address) = match place {
                At::Local(_) | At::Param(_) => return Ok(()),
                At::Shared(offset) => (self.shared.cells.get_mut(offset + byte), Space::Shared, (offset + byte) as u64),
                At::Global { allocation, offset } => {
                    let cell = match order {
                        Order::Plain => self.pages.cell(allocation, offset + byte),
                        Order::Strong => return Ok(()),
                    };
                    (cell, Space::Global, global(allocation, offset + byte))
                }
            };
            let Some(cell) = cell else { continue };
            if space == Space::Shared && touch == Touch::Read && !cell.written && !cell.pending {
                return Err(Fault::Uninitialised { address });
            }
            note_byte(cell, who, touch, order).map_err(|conflict| match conflict {
                Conflict::Thread(other) => Fault::Race { space: space.into(), address, other: other.into() },
                Conflict::Block => Fault::RaceOfBlocks { address },
                Conflict::Copy => Fault::OpenCopy { address },
            })?;
        }
        Ok(())
    }
}

fn global(allocation: usize, offset: usize) -> u64 {
    ((allocation as u64 + 1) << ALLOCATION_BITS) + offset as u64
}

fn note_byte(cell: &mut Cell, who: &Who, touch: Touch, order: Order) -> Result<(), Conflict> {
    match (order, touch) {
        (Order::Strong, touch) => {
            cell.written |= touch != Touch::Read;
            Ok(())
        }
        (Order::Plain, Touch::Read) => cell.read(who),
        (Order::Plain, Touch::Write) => cell.write(who),
        (Order::Plain, Touch::Announce) => cell.announce(who),
        (Order::Plain, Touch::Complete) => cell.complete(who),
    }
}
