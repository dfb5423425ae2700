//! `backline user create` and `set-password`.

use clap::Subcommand;
use domain::db::operator::Operator;
use domain::identity::password::Passwords;
use domain::identity::{Email, Role, TenantId};

use super::{Failure, Outcome, find_tenant, parse, print, query, secret_from_stdin};
use crate::config::Config;
use crate::database::Database;
use crate::host;

#[derive(Subcommand)]
pub enum UserCommand {
    /// Give a person a role in a tenant and print the person's id. A known e-mail address keeps its password and name.
    Create {
        #[arg(long)]
        tenant: String,
        #[arg(long)]
        email: String,
        #[arg(long, value_parser = parse::name)]
        name: String,
        /// admin, manager or rep.
        #[arg(long, value_parser = parse::role)]
        role: Role,
        /// Read the password from standard input.
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// Set a person's password and end all of their sessions.
    SetPassword {
        #[arg(long)]
        email: String,
        /// Read the password from standard input.
        #[arg(long, required = true)]
        password_stdin: bool,
    },
}

pub async fn run(command: UserCommand, config: &Config, database: &Database) -> Outcome {
    let (UserCommand::Create { email, .. } | UserCommand::SetPassword { email, .. }) = &command;
    let email = Email::parse(email).map_err(|error| Failure::usage(error.to_string()))?;
    let hash = hash(&secret_from_stdin("password")?).await?;
    let key = host::audit_key(config)?;
    let mut operator = Operator::connect(&database.direct_url).await?;
    match command {
        UserCommand::Create { tenant, name, role, .. } => {
            let tenant = find_tenant(&mut operator, &tenant).await?;
            let (person, _) = operator.find_or_create_person(&email, &name, Some(&hash)).await.map_err(query)?;
            operator.set_role(&key, TenantId(tenant.id), person, role).await.map_err(query)?;
            print(person.0);
            Ok(0)
        }
        UserCommand::SetPassword { .. } => match operator.set_password(&key, &email, &hash).await.map_err(query)? {
            true => Ok(0),
            false => Err(Failure::new("NO_SUCH_PERSON", "email: nobody has this address")),
        },
    }
}

async fn hash(password: &str) -> Result<String, Failure> {
    let weak = |error: domain::identity::password::PasswordError| Failure::usage(error.to_string());
    Passwords::new().map_err(weak)?.hash(password).await.map_err(weak)
}
