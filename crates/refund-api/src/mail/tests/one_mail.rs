//! One mail, and what a mail server says of it.

use lettre::transport::smtp::authentication::Credentials;

use super::super::encryption::Encryption;
use super::super::*;
use super::scripted::{Reply, Script, Scripted, well};

fn server_at(scripted: &Scripted, encryption: Encryption, credentials: Option<Credentials>) -> MailServer {
    let (host, port) = (scripted.address.ip().to_string(), scripted.address.port());
    MailServer::new(host, port, encryption, credentials, "Shop <shop@example.com>".parse().unwrap()).unwrap()
}

pub(super) fn unencrypted(scripted: &Scripted) -> MailServer {
    server_at(scripted, Encryption::None, None)
}

/// What comes of one mail.
async fn sent(server: &MailServer) -> Result<(u16, String), NotTaken> {
    let to = "kim@example.com".parse().unwrap();
    let message = message::test(&server.from, to, system_now()).unwrap();
    server.send(message.envelope(), &message.formatted()).await
}

#[tokio::test]
async fn a_connection_serves_one_mail_after_the_other() {
    let mut scripted = Scripted::with(|_, line| well(line)).await;
    let server = unencrypted(&scripted);
    for _ in 0..2 {
        assert_eq!(sent(&server).await.unwrap(), (250, "2.0.0 queued as 7".to_owned()));
    }
    assert_eq!((scripted.mail().await.0, scripted.mail().await.0), (1, 1));
}

#[tokio::test]
async fn an_answer_to_a_mail_is_told_from_none() {
    let refused = |code, said: &str| NotTaken::Refused(code, said.to_owned());
    let to_recipient: [(Script, NotTaken); 3] = [
        (
            |_, line| if line.starts_with("RCPT") { Reply::Say("451 4.7.1 greylisted") } else { well(line) },
            refused(451, "4.7.1 greylisted"),
        ),
        (
            |_, line| if line.starts_with("RCPT") { Reply::Say("550 5.1.1 no such user") } else { well(line) },
            refused(550, "5.1.1 no such user"),
        ),
        (|_, line| if line == "." { Reply::Say("554 5.7.1 spam") } else { well(line) }, refused(554, "5.7.1 spam")),
    ];
    for (script, expected) in to_recipient {
        let server = unencrypted(&Scripted::with(script).await);
        assert_eq!(sent(&server).await.unwrap_err(), expected);
    }
    let none: [Script; 6] = [
        |_, line| if line == "greeting" { Reply::Say("421 too busy") } else { well(line) },
        |_, line| if line == "greeting" { Reply::Say("554 no mail here") } else { well(line) },
        |_, line| if line == "greeting" { Reply::Close } else { well(line) },
        |_, line| if line == "." { Reply::Close } else { well(line) },
        |_, line| if line == "greeting" { Reply::Say("HTTP/1.1 400 Bad Request") } else { well(line) },
        |_, line| if line == "." { Reply::Say("\u{fffd}\u{0}what?") } else { well(line) },
    ];
    for script in none {
        let server = unencrypted(&Scripted::with(script).await);
        let answer = sent(&server).await;
        assert!(matches!(answer, Err(NotTaken::Away(_) | NotTaken::Unanswered(_))), "{answer:?}");
    }
}

#[tokio::test]
async fn a_reply_that_does_not_end_is_not_read_on() {
    let endless: [Script; 2] = [
        |_, line| if line == "greeting" { Reply::SayOn } else { well(line) },
        |_, line| if line == "." { Reply::SayOn } else { well(line) },
    ];
    for script in endless {
        let server = unencrypted(&Scripted::with(script).await);
        let answer = sent(&server).await;
        let Err(NotTaken::Away(why) | NotTaken::Unanswered(why)) = &answer else { panic!("{answer:?}") };
        assert!(why.contains("does not end"), "{why}");
    }
}

#[tokio::test]
async fn after_a_fault_the_next_mail_goes_by_another_connection() {
    let mut scripted = Scripted::with(|number, line| match (number, line) {
        (1, ".") => Reply::Close,
        _ => well(line),
    })
    .await;
    let server = unencrypted(&scripted);
    assert!(matches!(sent(&server).await, Err(NotTaken::Unanswered(_))), "it was there");
    assert!(sent(&server).await.is_ok());
    assert_eq!((scripted.mail().await.0, scripted.mail().await.0), (1, 2));
}

#[tokio::test]
async fn nothing_is_said_without_tls_to_a_server_that_has_to_have_it() {
    let mut scripted = Scripted::with(|_, line| well(line)).await;
    let user = Credentials::new("kim".to_owned(), "hunter2".to_owned());
    for encryption in [Encryption::StartTls, Encryption::Tls] {
        let server = server_at(&scripted, encryption, Some(user.clone()));
        assert!(matches!(sent(&server).await, Err(NotTaken::Away(_))));
    }
    let words = scripted.words();
    assert!(!words.iter().any(|word| word == "MAIL" || word == "AUTH"), "{words:?}");
}

#[tokio::test]
async fn a_sign_in_that_is_refused_says_nothing_of_the_mail() {
    let script: Script = |_, line| if line.starts_with("AUTH") { Reply::Say("535 wrong password") } else { well(line) };
    let user = Some(Credentials::new("kim".to_owned(), "hunter2".to_owned()));
    let server = server_at(&Scripted::with(script).await, Encryption::None, user.clone());
    let answer = sent(&server).await.unwrap_err();
    assert!(matches!(&answer, NotTaken::Away(why) if why.contains("535") && !why.contains("hunter2")), "{answer:?}");
    let mut scripted = Scripted::with(|_, line| well(line)).await;
    assert!(sent(&server_at(&scripted, Encryption::None, user)).await.is_ok());
    assert!(scripted.words().contains(&"AUTH".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_not_waited_for() {
    let silent = Scripted::with(|_, _| Reply::Nothing).await;
    assert!(matches!(sent(&unencrypted(&silent)).await, Err(NotTaken::Away(_))));
}
