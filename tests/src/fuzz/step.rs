/// What may happen in a sequence. Everything is named by its place in the [`super::scene::Scene`], never by what happened
/// before, so that a sequence stays one when steps are left out of it.
///
/// `by`, `run`, `auditor`: a provider of the scene (wallet and market). `task`, `market`, `wallet`: as named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Step {
    Create {
        task: u8,
        market: u8,
        spec: Spec,
    },
    Cancel {
        task: u8,
    },
    Claim {
        task: u8,
        by: u8,
        stale_terms: bool,
    },
    Release {
        task: u8,
        run: u8,
    },
    Seal {
        task: u8,
        run: u8,
        root: u8,
        as_of: u8,
    },
    Reveal {
        task: u8,
        run: u8,
        root: u8,
    },
    Submit {
        task: u8,
        run: u8,
        root: u8,
    },
    Draw {
        task: u8,
        run: u8,
    },
    AuditClaim {
        task: u8,
        run: u8,
        auditor: u8,
        element: bool,
    },
    AuditPost {
        task: u8,
        run: u8,
        auditor: u8,
        root: u8,
        matching: Option<u8>,
    },
    AuditOpen {
        task: u8,
        run: u8,
        auditor: u8,
        keyed: bool,
        wrong: bool,
    },
    AuditForce {
        task: u8,
        run: u8,
        amount: u64,
    },
    Settle {
        task: u8,
        run: u8,
        auditors: u16,
        bare: bool,
    },
    Expire {
        task: u8,
        run: Option<u8>,
        bare: bool,
    },
    Register {
        by: u8,
        roles: u8,
        ticket: bool,
    },
    Update {
        by: u8,
        change: u8,
    },
    Leave {
        by: u8,
    },
    Commit {
        by: u8,
        hours_ago: u8,
    },
    Deposit {
        by: u8,
        amount: u64,
    },
    Unbond {
        by: u8,
        amount: u64,
    },
    Withdraw {
        by: u8,
        elsewhere: bool,
    },
    Recount {
        by: u8,
    },
    PoolOpen {
        market: u8,
        epoch: i8,
    },
    PoolFund {
        market: u8,
        epoch: i8,
        amount: u64,
    },
    PoolClaim {
        by: u8,
        epoch: i8,
        bare: bool,
    },
    PoolClose {
        market: u8,
        epoch: i8,
    },
    ShareOpen {
        by: u8,
        epoch: i8,
    },
    FeeVaultOpen {
        market: u8,
        epoch: i8,
        shard: u8,
    },
    FeeSweep {
        market: u8,
        epoch: i8,
        shard: u8,
        bare: bool,
    },
    BalanceClaim {
        market: u8,
        wallet: u8,
        elsewhere: bool,
    },
    Propose {
        market: u8,
        variant: u8,
        by_stranger: bool,
    },
    Apply {
        market: u8,
    },
    DropProposal {
        market: u8,
    },
    Pause {
        market: u8,
        paused: bool,
    },
    Offer {
        market: u8,
        to: Option<u8>,
    },
    Accept {
        market: u8,
        wallet: u8,
    },
    MarketInit {
        market: u8,
    },
    ModelRegister,
    Migrate {
        by: u8,
    },
    /// The mint's freeze authority, or the owner of a token account, acts.
    Token {
        account: Account,
        change: Change,
    },
    /// Strangers send tokens.
    Dust {
        account: Account,
        amount: u64,
    },
    /// Strangers send lamports to where a task will be.
    Lamports {
        task: u8,
    },
    /// Time passes on either clock.
    Warp {
        seconds: u32,
        slots: u32,
    },
    /// Blocks were not made in these slots, counted back from now.
    SkipSlots {
        back: u16,
        count: u16,
    },
}

/// A token account of the scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Account {
    Wallet(u8),
    Stake(u8),
    Task(u8),
    Insurance(u8),
    Unclaimed(u8),
    Fees { market: u8, epoch: i8, shard: u8 },
    Pool { market: u8, epoch: i8 },
}

/// What is done to a token account past the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Change {
    Freeze,
    Thaw,
    /// Wallets' accounts only: its tokens go to the cranker's, and it closes.
    Close,
    /// Opens a closed one, or takes a given one back.
    Restore,
    /// Wallets' accounts only: given to another owner.
    GiveAway,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Redundant runs; 0 for an optimistic task.
    pub runs: u8,
    /// Base units.
    pub reward: u64,
    /// Base units.
    pub audit_reward: u64,
    /// Base units.
    pub bounty: u64,
    /// Whether it names a model.
    pub model: bool,
    /// 0 nobody, 1 a list with precedence, 2 a list alone, 3 a list alone that waives the window.
    pub listed: u8,
    /// 0 nothing, others ask for memory, a region, a score.
    pub needs: u8,
    /// Whether a claim can be released.
    pub grace: bool,
    /// 0 nothing, others spoil an argument.
    pub spoilt: u8,
}

/// A step, and how an attacker alters its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// What happens.
    pub step: Step,
    /// What is altered.
    pub attack: Attack,
}

/// A change of a transaction that must make it fail, or change nothing about what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Attack {
    None,
    /// The signature of a signer is missing.
    Unsigned(u8),
    /// Another account of the scene in an account's place.
    Replaced {
        at: u8,
        by: u8,
    },
    /// An account of the transaction in another's place as well.
    Doubled {
        at: u8,
        from: u8,
    },
    /// The account is passed read-only.
    ReadOnly(u8),
}
