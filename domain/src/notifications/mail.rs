//! Mail, where the operator has set a server for it.

use lettre::message::{Mailbox, header::ContentType};
use lettre::transport::smtp::Error as SmtpError;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::jobs::kind::JobError;

/// What the operator set.
#[derive(Debug, Clone)]
pub struct MailOptions {
    /// `smtps://user:password@host` or `smtp://…?tls=required`.
    pub url: String,
    /// `Backline <backline@example.com>`.
    pub from: String,
}

/// Why no mail can be sent with these settings. Neither has the password in it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MailError {
    #[error("expected an address such as smtps://user:password@mail.example.com")]
    Url,
    #[error("expected an address such as Backline <backline@example.com>")]
    From,
}

/// A server and the sender's address.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// One mail, of plain text.
pub struct Letter<'a> {
    pub to: (&'a str, &'a str),
    pub subject: &'a str,
    pub text: String,
    /// The same for every attempt, so that readers show one that was sent twice once.
    pub id: String,
}

impl Mailer {
    /// Reads the settings; nothing is connected yet.
    pub fn new(options: &MailOptions) -> Result<Mailer, MailError> {
        let from = options.from.parse().map_err(|_| MailError::From)?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&options.url).map_err(|_| MailError::Url)?;
        Ok(Mailer { transport: transport.build(), from })
    }

    pub async fn send(&self, letter: Letter<'_>) -> Result<(), JobError> {
        let refuse = |_| JobError::Permanent("the address cannot be written to".into());
        let (name, address) = letter.to;
        let to = Mailbox::new(Some(name.to_owned()), address.parse().map_err(refuse)?);
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(letter.subject)
            .message_id(Some(format!("<{}@{}>", letter.id, self.from.email.domain())))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text)
            .map_err(|_| JobError::Permanent("the mail cannot be written".into()))?;
        self.transport.send(message).await.map(drop).map_err(|error| verdict(&error))
    }
}

/// Only a lasting refusal of the server is final.
fn verdict(error: &SmtpError) -> JobError {
    match error.status() {
        Some(code) if error.is_permanent() => JobError::Permanent(format!("the mail server refused it: {code}")),
        Some(code) => JobError::Retry(format!("the mail server did not take it: {code}")),
        None => JobError::Retry("the mail server could not be reached".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_cannot_work_are_refused_without_their_password() {
        let options = |url: &str, from: &str| MailOptions { url: url.into(), from: from.into() };
        let refused = |url, from| Mailer::new(&options(url, from)).err();
        assert_eq!(refused("http://u:secret@x", "a@b.example"), Some(MailError::Url));
        assert_eq!(refused("smtp://127.0.0.1:25", "nobody"), Some(MailError::From));
        assert_eq!(refused("smtps://u:secret@mail.example.com", "Backline <a@b.example>"), None);
        assert!(!MailError::Url.to_string().contains("secret"));
    }
}
