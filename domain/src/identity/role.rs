//! Roles of people, scopes of keys, and the one table that says what each may do.

use serde::{Deserialize, Serialize};

/// What a person is in a tenant. The list will grow: no check reads "not admin" as "staff".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Admin,
    Manager,
    Rep,
}

/// What a key may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Scope {
    #[serde(rename = "read")]
    Read,
    #[serde(rename = "sync")]
    Sync,
    #[serde(rename = "jobs:process")]
    JobsProcess,
    #[serde(rename = "metrics")]
    Metrics,
    #[serde(rename = "admin")]
    Admin,
}

/// What row-level security is told about who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persona {
    Person(Role),
    Service,
    Worker,
}

/// What a route or a server function asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Read the mirror, the dashboard and the runs.
    ReadMirror,
    /// Start and cancel runs.
    RunSync,
    /// Read the host's own figures.
    ReadMetrics,
    /// Change people, keys, connections and settings.
    Administer,
    /// Have due jobs run.
    ProcessJobs,
    /// One's own password and sessions. A person's, never a key's.
    OwnAccount,
    /// Have a list of the mirror written to a file.
    MakeReports,
    /// Read what other systems posted as it came, with the people in it.
    ReadPayloads,
    /// Have what other systems posted followed up again.
    Replay,
    /// Read who changed what.
    ReadAudit,
    /// Change what the business adds to opportunities: augmentation, workflows, integrations.
    Augment,
    /// See rules, what they did and would do.
    ReadRules,
    /// Read what metrics mean and what they find, and try formulas out.
    ReadDefinitions,
    /// Change what metrics mean.
    DefineMetrics,
}

impl Permission {
    pub const ALL: [Permission; 14] = [
        Permission::ReadMirror,
        Permission::RunSync,
        Permission::ReadMetrics,
        Permission::Administer,
        Permission::ProcessJobs,
        Permission::OwnAccount,
        Permission::MakeReports,
        Permission::ReadPayloads,
        Permission::Replay,
        Permission::ReadAudit,
        Permission::Augment,
        Permission::ReadRules,
        Permission::ReadDefinitions,
        Permission::DefineMetrics,
    ];
}

impl Role {
    pub const ALL: [Role; 3] = [Role::Admin, Role::Manager, Role::Rep];

    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Admin => "admin",
            Role::Manager => "manager",
            Role::Rep => "rep",
        }
    }

    pub fn parse(text: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Whether a person of this role may do it.
    pub const fn may(self, permission: Permission) -> bool {
        match self {
            Role::Admin => true,
            Role::Manager => {
                matches!(
                    permission,
                    Permission::ReadMirror
                        | Permission::RunSync
                        | Permission::OwnAccount
                        | Permission::MakeReports
                        | Permission::ReadPayloads
                        | Permission::Replay
                        | Permission::ReadAudit
                        | Permission::Augment
                        | Permission::ReadRules
                        | Permission::ReadDefinitions
                        | Permission::DefineMetrics
                )
            }
            Role::Rep => {
                matches!(
                    permission,
                    Permission::ReadMirror
                        | Permission::OwnAccount
                        | Permission::MakeReports
                        | Permission::ReadDefinitions
                )
            }
        }
    }
}

impl Scope {
    pub const ALL: [Scope; 5] = [Scope::Read, Scope::Sync, Scope::JobsProcess, Scope::Metrics, Scope::Admin];

    pub const fn as_str(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Sync => "sync",
            Scope::JobsProcess => "jobs:process",
            Scope::Metrics => "metrics",
            Scope::Admin => "admin",
        }
    }

    pub fn parse(text: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| scope.as_str() == text)
    }

    /// Whether this scope alone allows it. `admin` is everything that has no scope of its own.
    pub const fn allows(self, permission: Permission) -> bool {
        matches!(
            (self, permission),
            (
                Scope::Read,
                Permission::ReadMirror | Permission::ReadPayloads | Permission::ReadRules | Permission::ReadDefinitions
            ) | (Scope::Sync, Permission::RunSync)
                | (Scope::JobsProcess, Permission::ProcessJobs)
                | (Scope::Metrics, Permission::ReadMetrics)
                | (
                    Scope::Admin,
                    Permission::Administer
                        | Permission::MakeReports
                        | Permission::Replay
                        | Permission::ReadAudit
                        | Permission::Augment
                        | Permission::DefineMetrics
                )
        )
    }
}

impl Persona {
    pub const fn as_str(self) -> &'static str {
        match self {
            Persona::Person(role) => role.as_str(),
            Persona::Service => "service",
            Persona::Worker => "worker",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_roles_and_permissions_is_as_agreed() {
        let table: Vec<String> = Role::ALL
            .into_iter()
            .map(|role| Permission::ALL.map(|p| if role.may(p) { '+' } else { '-' }).iter().collect())
            .collect();
        // read the mirror, run a sync, host figures, administer, process jobs, one's own account, make reports,
        // read payloads, replay, read the audit log, add to opportunities, read rules, read definitions, define metrics
        assert_eq!(table, ["++++++++++++++", "++---+++++++++", "+----++-----+-"]);
        let table: Vec<String> = Scope::ALL
            .into_iter()
            .map(|scope| Permission::ALL.map(|p| if scope.allows(p) { '+' } else { '-' }).iter().collect())
            .collect();
        assert_eq!(table, ["+------+---++-", "-+------------", "----+---------", "--+-----------", "---+--+-+++--+"]);
    }

    #[test]
    fn an_unknown_word_is_no_role_and_no_scope() {
        assert_eq!(Role::parse("Admin"), None);
        assert_eq!(Scope::parse("*"), None);
    }
}
