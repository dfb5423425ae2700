//! Links that sign one person in, once.

use super::browser::Browser;
use super::psql::sql;
use super::sign_in::stage;
use super::support::Env;

pub async fn link(env: &Env, token: &str, life: &str) {
    let make = format!(
        "select make_sign_in_link(sha256('{token}'::bytea), p.id, m.tenant_id, '{life}') from people p join memberships m on m.person_id = p.id"
    );
    sql(env.url(), &make).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_signs_in_once_also_when_it_is_used_twice_at_the_same_moment() {
    let env = Env::fresh().await;
    let (host, _) = stage(&env).await;
    let browser = Browser::anonymous(&host.url);
    for round in 0..5 {
        let token = format!("link-number-{round}-with-some-length");
        link(&env, &token, "1 hour").await;
        let uses: Vec<_> = (0..8)
            .map(|_| {
                let (browser, path) = (browser.clone(), format!("/sign-in/link?token={token}"));
                tokio::spawn(async move { browser.get(&path).await })
            })
            .collect();
        let mut inside = 0;
        for one in uses {
            let seen = one.await.unwrap();
            assert_eq!(seen.status, 303);
            match seen.header("location") {
                "/" => {
                    inside += 1;
                    assert_eq!(Browser::with_cookie(&host.url, &seen.cookie()).get("/").await.status, 200);
                }
                other => assert_eq!((other, seen.header("set-cookie")), ("/sign-in?problem=link", "")),
            }
        }
        assert_eq!(inside, 1, "round {round}");
    }
    link(&env, "an-old-link", "-1 second").await;
    for token in ["an-old-link", "never-made", "", "%00"] {
        let seen = browser.get(&format!("/sign-in/link?token={token}")).await;
        assert_eq!((seen.status, seen.header("location")), (303, "/sign-in?problem=link"), "{token}");
    }
}
