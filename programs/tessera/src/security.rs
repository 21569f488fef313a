//! Whom to tell about a vulnerability, in the program's own bytes, where explorers look for it. Whoever deploys the program
//! names its own contacts here.

solana_security_txt::security_txt! {
    name: "Tessera",
    project_url: "named by whoever deploys it",
    contacts: "other:the holder of the program's upgrade authority",
    policy: "docs/security.md in the program's source",
    preferred_languages: "en",
    auditors: "none"
}
