//! A dump, and the same rows from it in another database.

use serde_json::{Value, json};

use crate::scene::{Scene, number, sql};
use crate::support::{Cluster, Env, Stand, Tenant};

#[tokio::test]
async fn what_was_dumped_is_restored_row_by_row_and_only_into_an_empty_database() {
    let scene = Scene::new(&[]).await;
    let stand = Stand::of(30, &[]).await;
    let other = Tenant::connected(&scene.env, "south", &stand).await;
    scene.host.api(&other.key).sync("initial").await.expect(200);
    let job = scene.probe(json!({"key": "kept"})).await;
    scene.reaches(job, "completed", 10).await;
    scene.tenant.new_person("ana@north.example", "admin", "correct horse battery staple").await;
    scene.host.kill().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.dump");
    let path = file.to_str().unwrap();
    let said: Value = serde_json::from_str(&scene.env.backline_ok(&["backup", path], "").await).unwrap();
    assert_eq!(said["tenants"]["south"]["opportunities"], 30, "{said}");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "a dump is for its owner alone");

    let refused = scene.env.backline(&["restore", path], "").await;
    assert_eq!(refused.exit, 1);
    assert!(refused.err.contains("NOT_EMPTY"), "{}", refused.err);

    // A data folder of its own: another cluster, on which Backline never ran.
    let cluster = Cluster::start().await;
    let env = Env::of_folder(&cluster.data_dir);
    let database = env.with("DATABASE_URL", &cluster.url_of("fresh"));
    sql(&database.clone().with("DATABASE_URL", &cluster.url_of("postgres")), "create database fresh").await;
    let restored: Value = serde_json::from_str(&database.backline_ok(&["restore", path], "").await).unwrap();
    assert_eq!(restored["tenants"], said["tenants"]);
    let same = "select count(*) from app.people where email = 'ana@north.example' and password_hash is not null";
    assert_eq!(number(&database, same).await, 1);
    let again = database.backline(&["restore", path], "").await;
    assert!(again.exit == 1 && again.err.contains("NOT_EMPTY"), "{}", again.err);
}

#[tokio::test]
async fn a_file_that_is_no_dump_leaves_the_database_empty_and_a_bad_place_leaves_no_half() {
    let cluster = Cluster::start().await;
    sql(&Env::of_folder(&cluster.data_dir).with("DATABASE_URL", &cluster.url_of("postgres")), "create database fresh")
        .await;
    let env = Env::of_folder(&cluster.data_dir).with("DATABASE_URL", &cluster.url_of("fresh"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("no.dump");
    std::fs::write(&file, "PGDMP but not really").unwrap();
    let said = env.backline(&["restore", file.to_str().unwrap()], "").await;
    assert!(said.exit == 1 && said.err.contains("PROGRAM_FAILED"), "{}", said.err);
    assert_eq!(number(&env, "select count(*) from pg_class where relnamespace = 'app'::regnamespace").await, 0);
    assert_eq!(env.backline(&["restore", "/nowhere/at.all"], "").await.exit, 2);
    let nowhere = folder.path().join("none/all.dump");
    assert_eq!(env.backline(&["backup", nowhere.to_str().unwrap()], "").await.exit, 1);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
