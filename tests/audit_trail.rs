//! The audit trail as auditors search it, and the access log as managers and the adult read it.

use msp_api::policy::Role;
use serde_json::{Value, json};

use crate::sessions::{PASSWORD, password_for};
use crate::support::{Actor, Server};

fn first_case(server: &Server) -> String {
    server.as_("adult").get("/v1/me").ok().text("/cases/0/id")
}

fn items(actor: &Actor, path: &str) -> Vec<Value> {
    actor.get(path).ok().body["items"].as_array().unwrap().clone()
}

fn texts(items: &[Value], name: &str) -> Vec<String> {
    items
        .iter()
        .map(|item| item[name].as_str().unwrap_or("-").to_owned())
        .collect()
}

on_both_databases! {
    fn an_auditor_finds_by_every_filter_and_pages_in_order(server) {
        let case = first_case(server);
        let (auditor, practitioner) = (server.as_("auditor"), server.as_("practitioner"));
        let id = server.user_id("practitioner");
        let outcome = practitioner.get(&format!("/v1/cases/{case}/desired-outcomes")).ok().text("/items/0/id");
        practitioner.get(&format!("/v1/cases/{case}/desired-outcomes/{outcome}"))
            .header("X-Access-Purpose", "case_work").ok();
        server.as_("practitioner2").get(&format!("/v1/cases/{case}")).expect(404);
        let theirs = items(&auditor, &format!("/v1/audit-events?actorId={id}"));
        assert_eq!(texts(&theirs, "operation")[..2], ["getDesiredOutcome", "listDesiredOutcomes"]);
        let look = &theirs[0];
        for (name, value) in [
            ("actorName", "Priya Nair"), ("role", "practitioner"), ("relationship", "allocated"), ("authority", "northbank"),
            ("purpose", "case_work"), ("outcome", "done"), ("actorKind", "user"), ("address", "127.0.0.1"),
            ("caseId", &case), ("resourceId", &outcome),
        ] {
            assert_eq!(look[name], value, "{look}");
        }
        let fields: Vec<&str> = look["returnedFields"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(fields.contains(&"ownWords") && fields.contains(&"id"), "{fields:?}");
        let listed = &theirs[1];
        assert!(listed["returnedRows"].as_array().unwrap().contains(&json!(outcome)), "{listed}");
        let resource = items(&auditor, &format!("/v1/audit-events?resourceId={outcome}"));
        assert_eq!(texts(&resource, "operation"), ["getDesiredOutcome"]);
        let refused = items(&auditor, &format!("/v1/audit-events?caseId={case}&outcome=refused"));
        assert_eq!(texts(&refused, "actorName"), ["Piotr Zielak"]);
        let looks = items(&auditor, "/v1/audit-events?operation=getDesiredOutcome&authority=northbank");
        assert_eq!(looks.len(), 1);
        let (first, last) = (listed["occurredAt"].as_str().unwrap(), look["occurredAt"].as_str().unwrap());
        let between = items(&auditor, &format!("/v1/audit-events?from={first}&to={last}"));
        assert_eq!(texts(&between, "operation"), ["listDesiredOutcomes"]);
        let all = items(&auditor, &format!("/v1/audit-events?limit=100&to={last}"));
        let (mut paged, mut next) = (Vec::new(), format!("/v1/audit-events?limit=1&to={last}"));
        loop {
            let page = auditor.get(&next).ok();
            paged.extend(page.body["items"].as_array().unwrap().clone());
            let Some(following) = page.body["next"].as_str() else { break };
            following.clone_into(&mut next);
        }
        assert_eq!(texts(&paged, "id"), texts(&all, "id"));
        for wrong in ["outcome=fine", "actorId=x", "from=yesterday", "colour=blue"] {
            auditor.get(&format!("/v1/audit-events?{wrong}")).expect(400);
        }
    }

    fn the_trail_is_for_auditors_of_the_authority_and_an_admin_sees_no_record(server) {
        let case = first_case(server);
        server.as_("practitioner").get(&format!("/v1/cases/{case}")).ok();
        for who in ["manager", "practitioner", "adult", "board", "analyst", "advocate", "police-intake"] {
            server.as_(who).get("/v1/audit-events").expect(403);
            server.as_(who).get("/v1/audit-events/verification").expect(403);
        }
        let elsewhere = server.add_user("auditor-eastmoor", Role::Auditor, "eastmoor", None);
        let seen = elsewhere.get("/v1/audit-events?limit=100").ok();
        assert!(!seen.text.contains(&case) && !seen.text.contains("northbank"), "{}", seen.text);
        elsewhere.get("/v1/audit-events?authority=northbank").expect(403);
        assert!(items(&elsewhere, &format!("/v1/audit-events?caseId={case}")).is_empty());
        let admin = server.as_("admin");
        let seen = admin.get("/v1/audit-events?limit=100").ok();
        assert!(seen.text.contains("getCase") && !seen.text.contains(&case), "{}", seen.text);
        for withheld in ["resourceId", "caseId", "returnedRows", "address", "userAgent"] {
            assert!(!seen.text.contains(&format!("\"{withheld}\"")), "{withheld}");
        }
        admin.get(&format!("/v1/audit-events?caseId={case}")).expect(403);
        admin.get("/v1/audit-events/verification").expect(403);
    }

    fn whoever_signs_in_renews_or_signs_out_leaves_a_trace(server) {
        password_for(server, "practitioner");
        let form = |path: &str, form: String| {
            let request = server.nobody().request("POST", path, Some(form));
            request.header("Content-Type", "application/x-www-form-urlencoded").send()
        };
        let wrong = json!({"username": "practitioner", "password": "not the password"});
        server.nobody().post("/v1/sessions", &wrong).expect(401);
        let right = json!({"username": "practitioner", "password": PASSWORD});
        let session = server.nobody().post("/v1/sessions", &right).header("User-Agent", "app/7").ok();
        let renewed = form("/oauth2/token", format!("grant_type=refresh_token&refresh_token={}", session.text("/refreshToken")));
        assert_eq!(renewed.status, 200, "{}", renewed.text);
        assert_eq!(form("/oauth2/revoke", format!("token={}", renewed.text("/refresh_token"))).status, 200);
        let path = format!("/v1/audit-events?actorId={}", server.user_id("practitioner"));
        let theirs = items(&server.as_("auditor"), &path);
        // First of all that it was asked here who this is.
        assert_eq!(texts(&theirs, "operation"), ["getMe", "revokeToken", "getToken", "signIn"]);
        assert_eq!((theirs[3]["userAgent"].as_str(), theirs[3]["role"].as_str()), (Some("app/7"), Some("practitioner")));
    }

    fn a_purpose_is_one_of_the_list_and_another_is_refused_and_audited(server) {
        let manager = server.as_("manager");
        manager.get("/v1/cases").header("X-Access-Purpose", "complaint").ok();
        let refused = manager.get("/v1/cases").header("X-Access-Purpose", "Mrs Fairweather asked me").expect(400);
        refused.is_problem("bad_header");
        assert_eq!(refused.body["errors"][0]["parameter"], "X-Access-Purpose");
        let theirs = items(&server.as_("auditor"), "/v1/audit-events?operation=listCases&limit=2");
        assert_eq!(texts(&theirs, "purpose"), ["-", "complaint"]);
        assert_eq!(texts(&theirs, "outcome"), ["refused", "done"]);
    }

    fn the_trail_comes_as_csv_and_no_cell_is_a_formula(server) {
        let formula = "=HYPERLINK(0)";
        server.as_("manager").get("/v1/cases").header("User-Agent", formula).ok();
        let auditor = server.as_("auditor");
        let answer = auditor.get("/v1/audit-events").header("Accept", "text/csv").ok();
        assert!(answer.header("content-type").starts_with("text/csv"));
        let mut reader = csv::Reader::from_reader(answer.text.as_bytes());
        let at = reader.headers().unwrap().iter().position(|name| name == "userAgent").unwrap();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert!(rows.iter().any(|row| &row[at] == "'=HYPERLINK(0)"));
        for cell in rows.iter().flat_map(csv::StringRecord::iter) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
        }
        let first = auditor.get("/v1/audit-events?limit=1").header("Accept", "text/csv").ok();
        assert_eq!(first.text.lines().count(), 2);
        assert!(first.header("link").contains("rel=\"next\""));
        let json = auditor.get("/v1/audit-events").header("Accept", "application/json, text/csv").ok();
        assert!(json.body["items"].is_array());
        auditor.get("/v1/audit-events").header("Accept", "text/html").expect(406);
        server.as_("manager").get("/v1/cases").header("Accept", "text/csv").expect(406);
    }

    fn the_endpoint_verifies_the_trail(server) {
        let auditor = server.as_("auditor");
        auditor.get("/v1/me").ok();
        let sealed = server.seal();
        let report = auditor.get("/v1/audit-events/verification").ok();
        assert_eq!(report.body["valid"], true, "{}", report.text);
        assert_eq!(report.body["entries"], sealed);
        let (number, digest) = (report.body["lastSeal"]["number"].clone(), report.text("/lastSeal/digest"));
        let against = |number: &Value, digest: &str| {
            let path = format!("/v1/audit-events/verification?expectNumber={number}&expectDigest={digest}");
            auditor.get(&path).ok().body
        };
        assert_eq!(against(&number, &digest)["valid"], true);
        assert_eq!(against(&number, "x")["faults"][0]["code"], "expected_differs");
        auditor.get("/v1/audit-events/verification?expectNumber=1").expect(400);
        server.database(|conn| {
            use diesel::prelude::*;
            use msp_api::schema::foundation::audit_entries as table;
            let changed = diesel::update(table::table.filter(table::operation.eq("getMe"))).set(table::status.eq(403));
            Ok(changed.execute(conn)?)
        });
        let report = auditor.get("/v1/audit-events/verification").ok();
        assert_eq!(report.body["valid"], false);
        assert_eq!(report.body["faults"][0]["code"], "entry_changed");
        assert!(report.body["faults"][0]["entry"].is_string());
    }

    fn who_saw_my_record_is_told_by_name_to_the_manager_and_by_role_to_the_adult(server) {
        let case = first_case(server);
        let path = format!("/v1/cases/{case}/access-log");
        let practitioner = server.as_("practitioner");
        practitioner.get(&format!("/v1/cases/{case}/persons-of-concern")).ok();
        let adult_id = practitioner.get(&format!("/v1/cases/{case}")).ok().text("/adult/id");
        practitioner.get(&format!("/v1/adults/{adult_id}")).ok();
        server.as_("advocate").get(&format!("/v1/cases/{case}")).ok();
        server.as_("practitioner2").get(&format!("/v1/cases/{case}")).expect(404);
        let wish = json!({"ownWords": "I want my keys back", "expressedBy": "adult"});
        server.as_("adult").post(&format!("/v1/cases/{case}/desired-outcomes"), &wish).created();

        let managers = items(&server.as_("manager"), &path);
        let told: Vec<(String, String)> =
            texts(&managers, "actorName").into_iter().zip(texts(&managers, "did")).collect();
        let told: Vec<(&str, &str)> = told.iter().map(|(name, did)| (name.as_str(), did.as_str())).collect();
        assert_eq!(told, [
            ("Ada Example", "changed"), ("Piotr Zielak", "refused"), ("Rosa Lindqvist", "looked"),
            ("Priya Nair", "looked"), ("Priya Nair", "looked"), ("Priya Nair", "looked"),
        ]);

        let answer = server.as_("adult").get(&path).ok();
        let own = answer.body["items"].as_array().unwrap();
        let who = texts(own, "who");
        assert_eq!(who[0], "a manager of Northbank Council");
        assert_eq!(who[1], "you");
        assert!(who[2].starts_with("an advocate of "), "{who:?}");
        assert_eq!(who[3..], ["a practitioner of Northbank Council"; 3]);
        assert!(own.iter().all(|item| item["at"].is_string()));
        // Neither names, nor that there are persons of concern, nor who was refused.
        for untold in ["Priya", "Rosa", "Piotr", "actorId", "Persons", "persons", "operation", "refused"] {
            assert!(!answer.text.contains(untold), "{untold}: {}", answer.text);
        }
        for who in ["practitioner", "advocate", "representative", "board", "admin", "auditor", "police-intake"] {
            server.as_(who).get(&path).expect(403);
        }
        server.as_("manager-eastmoor").get(&path).expect(404);
    }
}
