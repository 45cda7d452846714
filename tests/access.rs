//! Who may see what. What may not be known about looks exactly like what does not exist.

use msp_api::clock;
use msp_api::people::users;
use msp_api::policy::{Role, RoleGrant};
use serde_json::{Value, json};

use crate::stories::accepted_case;
use crate::support::{Answer, Server};

fn first_case(server: &Server) -> String {
    server.as_("adult").get("/v1/me").ok().text("/cases/0/id")
}

fn without_ids(answer: &Answer) -> Value {
    let mut body = answer.body.clone();
    for own in ["requestId", "instance"] {
        body[own] = Value::Null;
    }
    body
}

on_both_databases! {
    // A random sequence found both (seeds 20281025 and 20281198).
    fn a_merged_record_is_kept_from_whoever_is_kept_from_the_cases_that_moved(server) {
        let manager = server.as_("manager");
        let other = server.add_user("other-manager", Role::Manager, "northbank", None);
        let [kept, merged] = ["MERGED-1", "MERGED-2"].map(|reference| {
            let (_, case) = accepted_case(server, reference);
            (manager.get(&format!("/v1/cases/{case}")).ok().text("/adult/id"), case)
        });
        let points = format!("/v1/adults/{}/contact-points", merged.0);
        let address = json!({"kind": "address", "value": "The refuge, 7 Quiet Lane", "confidential": true});
        manager.post(&points, &address).expect(201);
        let record = format!("/v1/adults/{}", kept.0);
        let merge = json!({"duplicateId": merged.0, "reason": "One person"});
        manager.post(&format!("{record}/merge"), &merge).if_match(&manager.tag(&record)).ok();
        other.get(&points).ok();
        for (_, case) in [&kept, &merged] {
            let team = format!("/v1/cases/{case}/team");
            let restrict = json!({"allocateTo": server.user_id("practitioner"), "restricted": true});
            manager.put(&team, &restrict).if_match(&manager.tag(&format!("/v1/cases/{case}"))).ok();
        }
        for id in [&kept.0, &merged.0] {
            for part in ["", "/contact-points", "/merges"] {
                other.get(&format!("/v1/adults/{id}{part}")).expect(404);
            }
        }
        manager.get(&points).ok();
    }

    fn a_case_does_not_name_the_one_it_came_from_to_whom_that_one_is_kept_from(server) {
        let (manager, eastern) = (server.as_("manager"), server.as_("manager-eastmoor"));
        let [stays, goes] = ["GROUPED-1", "GROUPED-2"].map(|reference| accepted_case(server, reference).1);
        let path = format!("/v1/cases/{goes}");
        manager.post(&format!("{path}/group"), &json!({"caseId": stays})).if_match(&manager.tag(&path)).ok();
        let transfer = json!({"adultView": "Content", "reason": "She moved", "toAuthority": "eastmoor"});
        let there = manager.post(&format!("{path}/transfer"), &transfer).if_match(&manager.tag(&path)).ok();
        let there = there.text("/transferredTo");
        assert_eq!(eastern.get(&format!("/v1/cases/{there}")).ok().text("/transferredFrom"), goes);
        let conflict = json!({"userId": server.user_id("manager-eastmoor"), "kind": "is_person_of_concern", "detail": "She says so"});
        manager.post(&format!("/v1/cases/{stays}/conflicts"), &conflict).expect(201);
        for path in [format!("/v1/cases/{there}"), format!("/v1/cases/{there}/summary"), "/v1/cases?limit=100".to_owned()] {
            let read = eastern.get(&path).ok();
            assert!(read.text.contains(&there) && !read.text.contains(&goes), "{path}: {}", read.text);
        }
        assert_eq!(manager.get(&path).ok().text("/transferredTo"), there);
    }

    // A relationship counts only beside a current role in the case's authority.
    fn an_app_opens_nothing_to_an_account_that_has_its_role_elsewhere(server) {
        let case = first_case(server);
        let reference = server.as_("manager").get(&format!("/v1/cases/{case}")).ok().text("/reference");
        let (id, moved) = server.add_account("moved-adult", Role::Adult, "eastmoor", None);
        server.give_case(&moved, &reference, (Role::Adult, None));
        moved.get(&format!("/v1/cases/{case}")).expect(404);
        moved.get(&format!("/v1/cases/{case}/desired-outcomes")).expect(404);
        assert_eq!(moved.get("/v1/cases").ok().body["items"], json!([]));
        let role = RoleGrant { role: Role::Adult, authority: "northbank".to_owned() };
        server.database(move |conn| Ok(users::give_role(conn, id, role.clone(), clock::now())?));
        moved.get(&format!("/v1/cases/{case}/desired-outcomes")).ok();
        assert_eq!(moved.get("/v1/cases").ok().text("/items/0/id"), case);
    }

    fn each_role_reads_what_it_may(server) {
        let case = first_case(server);
        // Case, outcomes, conclusion, advocates, feedback.
        let parts = ["", "/desired-outcomes", "/conclusion", "/advocacy-assignments", "/feedback"];
        let table = [
            ("manager", [200, 200, 200, 200, 200]),
            ("practitioner", [200, 200, 200, 200, 403]),
            ("practitioner2", [404, 404, 404, 404, 403]),
            ("duty", [200, 200, 200, 200, 403]),
            ("advocate", [200, 200, 200, 200, 403]),
            ("adult", [200, 200, 403, 200, 200]),
            ("representative", [200, 200, 403, 403, 403]),
            ("board", [403, 403, 403, 403, 403]),
            ("analyst", [403, 403, 403, 403, 403]),
            ("admin", [403, 403, 403, 403, 403]),
            ("auditor", [403, 403, 403, 403, 403]),
            ("manager-eastmoor", [404, 404, 404, 404, 404]),
            ("police-intake", [403, 403, 403, 403, 403]),
            ("nhs-intake", [403, 403, 403, 403, 403]),
        ];
        for (who, expected) in table {
            let found = parts.map(|part| server.as_(who).get(&format!("/v1/cases/{case}{part}")).send().status);
            assert_eq!(found, expected, "{who}");
        }
        let gaps = |who: &str| server.as_(who).get(&format!("/v1/cases/{case}")).ok().body.get("gaps").is_some();
        assert!(gaps("practitioner") && gaps("advocate") && !gaps("adult"), "gaps are for staff and advocates");
    }

    fn a_hidden_case_and_a_missing_one_are_answered_alike(server) {
        let hidden = first_case(server);
        let missing = "019a4c3e-8f00-7000-8000-000000000001";
        for who in ["practitioner2", "manager-eastmoor"] {
            for part in ["", "/meetings", "/desired-outcomes", "/closure-checklist"] {
                let answers = [hidden.as_str(), missing]
                    .map(|id| server.as_(who).get(&format!("/v1/cases/{id}{part}")).expect(404));
                assert_eq!(without_ids(&answers[0]), without_ids(&answers[1]), "{who} {part}");
            }
        }
    }

    fn a_list_has_only_what_can_be_read_one_by_one(server) {
        let (_, theirs) = accepted_case(server, "PPN-THEIRS");
        for who in ["manager", "practitioner", "practitioner2", "duty", "advocate", "adult", "manager-eastmoor"] {
            let actor = server.as_(who);
            let list = actor.get("/v1/cases?limit=100").ok();
            let ids: Vec<&str> =
                list.body["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
            for id in &ids {
                actor.get(&format!("/v1/cases/{id}")).ok();
            }
            let sees_it = actor.get(&format!("/v1/cases/{theirs}")).send().status == 200;
            assert_eq!(ids.contains(&theirs.as_str()), sees_it, "{who}");
        }
        assert_eq!(server.as_("manager-eastmoor").get("/v1/cases").ok().body["items"].as_array().unwrap().len(), 1);
    }

    fn a_case_is_found_by_its_reference_by_its_adult_and_by_nobody_having_it(server) {
        let case = first_case(server);
        let found = |who: &str, filter: &str| -> Vec<String> {
            let list = server.as_(who).get(&format!("/v1/cases?limit=100{filter}")).ok();
            let ids = list.body["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned());
            ids.collect()
        };
        let read = server.as_("manager").get(&format!("/v1/cases/{case}")).ok();
        let by_reference = format!("&reference={}", read.text("/reference"));
        let by_adult = format!("&adultId={}", read.text("/adult/id"));
        for who in ["manager", "practitioner", "adult", "representative", "advocate"] {
            assert_eq!(found(who, &by_reference), std::slice::from_ref(&case), "{who}");
            assert!(found(who, &by_adult).contains(&case), "{who}");
            assert_eq!(found(who, "&reference=MSP-2026-999999"), Vec::<String>::new(), "{who}");
        }
        // Only among the cases that one may read.
        for who in ["manager-eastmoor", "practitioner2"] {
            assert_eq!((found(who, &by_reference), found(who, &by_adult)), (vec![], vec![]), "{who}");
        }
        let worker = read.text("/allocatedTo");
        let all = server.as_("manager").get("/v1/cases?limit=100").ok();
        let without = all.body["items"].as_array().unwrap().iter().filter(|item| item["allocatedTo"].is_null());
        let without: Vec<String> = without.map(|item| item["id"].as_str().unwrap().to_owned()).collect();
        assert!(!without.is_empty() && !without.contains(&case));
        assert_eq!(found("manager", "&allocatedTo=none"), without);
        assert!(found("manager", &format!("&allocatedTo={worker}")).contains(&case));
        server.as_("manager").get("/v1/cases?allocatedTo=somebody").expect(400);
    }

    fn a_partner_learns_by_no_filter_to_whom_a_case_is_allocated(server) {
        let case = first_case(server);
        let agency = server.as_("nhs-intake").get("/v1/me").ok().text("/agencyId");
        let worker = server.as_("manager").get(&format!("/v1/cases/{case}")).ok().text("/allocatedTo");
        let grant = serde_json::json!({"relationship": "partner", "agencyId": agency, "reason": "Visits", "sections": ["plan"]});
        server.as_("manager").post(&format!("/v1/cases/{case}/grants"), &grant).created();
        let partner = server.add_agency_worker("nurse", &agency);
        let many = |filter: &str| {
            partner.get(&format!("/v1/cases?limit=100{filter}")).ok().body["items"].as_array().unwrap().len()
        };
        assert_eq!(partner.get(&format!("/v1/cases/{case}")).ok().body["allocatedTo"], Value::Null);
        assert_eq!(many(""), 1);
        assert_eq!((many(&format!("&allocatedTo={worker}")), many("&allocatedTo=none")), (0, 0));
    }

    fn an_advocates_access_ends_with_the_assignment(server) {
        let case = first_case(server);
        let advocate = server.as_("advocate");
        let list = format!("/v1/cases/{case}/advocacy-assignments");
        let assignment = format!("{list}/{}", advocate.get(&list).ok().text("/items/0/id"));
        let end = |body: Value| advocate.post(&format!("{assignment}/transitions"), &body).if_match("W/\"3\"").send();
        assert_eq!(end(serde_json::json!({"to": "ended"})).pointers("missing"), ["/reason"]);
        let ended = end(serde_json::json!({"to": "ended", "reason": "She asked for someone else"}));
        assert_eq!(ended.text("/state"), "ended");
        advocate.get(&format!("/v1/cases/{case}")).expect(404);
        advocate.get(&list).expect(404);
    }

    fn only_the_manager_instructs_an_imca_and_no_paper_is_needed(server) {
        let case = first_case(server);
        let entry = server.as_("manager").get("/v1/advocates").ok().text("/items/0/id");
        let body = serde_json::json!({"kind": "imca_safeguarding", "basis": "duty", "advocateId": entry});
        let path = format!("/v1/cases/{case}/advocacy-assignments");
        server.as_("practitioner").post(&path, &body).expect(403);
        server.as_("manager").post(&path, &body).created();
        let without_need = serde_json::json!({"kind": "care_act_s68", "basis": "power", "advocateId": entry});
        server.as_("practitioner").post(&path, &without_need).created();
        let gaps = server.as_("practitioner").get(&format!("/v1/cases/{case}")).ok().body["gaps"].clone();
        assert!(gaps.as_array().unwrap().contains(&"advocacy_basis_incomplete".into()), "{gaps}");
    }

    fn an_agency_cannot_list_search_or_guess_anothers_referrals(server) {
        let (police, nhs) = (server.as_("police-intake"), server.as_("nhs-intake"));
        let own = police.get("/v1/referrals?limit=100").ok();
        for item in own.body["items"].as_array().unwrap() {
            assert!(item.get("content").is_none() && item.get("caseId").is_none());
            nhs.get(&format!("/v1/referrals/{}", item["id"].as_str().unwrap())).expect(404);
        }
        for path in ["/v1/cases", "/v1/users", "/v1/advocates", "/v1/intake-refusals"] {
            police.get(path).expect(403);
        }
    }

    fn every_look_and_every_change_leaves_an_audit_row_that_names_no_values(server) {
        let case = first_case(server);
        let practitioner = server.as_("practitioner");
        let rows = |server: &Server| server.database(|conn| {
            use diesel::prelude::*;
            use msp_api::schema::foundation::audit_entries as table;
            let rows: Vec<(String, String, i32)> =
                table::table.order(table::id).select((table::operation, table::outcome, table::status)).load(conn)?;
            Ok(rows)
        });
        let before = rows(server).len();
        practitioner.get(&format!("/v1/cases/{case}")).ok();
        practitioner.get(&format!("/v1/cases/{case}/desired-outcomes")).ok();
        let wish = serde_json::json!({"ownWords": "A marker nobody else says: quokka", "expressedBy": "adult"});
        practitioner.post(&format!("/v1/cases/{case}/desired-outcomes"), &wish).created();
        practitioner.get(&format!("/v1/cases/{case}/feedback")).expect(403);
        server.as_("practitioner2").get(&format!("/v1/cases/{case}")).expect(404);
        let found: Vec<_> = rows(server).split_off(before);
        let expected = [
            ("getCase", "done", 200), ("listDesiredOutcomes", "done", 200), ("recordDesiredOutcome", "done", 201),
            ("listFeedback", "refused", 403), ("getCase", "refused", 404),
        ];
        let expected: Vec<_> =
            expected.iter().map(|(operation, outcome, status)| ((*operation).to_owned(), (*outcome).to_owned(), *status)).collect();
        assert_eq!(found, expected);
        let whole: Vec<String> = server.database(|conn| {
            use diesel::prelude::*;
            use msp_api::audit::Entry;
            use msp_api::schema::foundation::audit_entries as table;
            let entries: Vec<Entry> = table::table.select(Entry::as_select()).load(conn)?;
            // Salts and digests are any letters.
            let bare = entries.into_iter().map(|entry| Entry { personal_digest: None, personal: None, ..entry });
            Ok(bare.map(|entry| format!("{entry:?}")).collect())
        });
        assert!(whole.iter().all(|entry| !entry.contains("quokka") && !entry.contains("Ada")));
    }
}
