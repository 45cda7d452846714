//! Agencies belong to authorities: what one authority shares with an agency is read by nobody whom another let in.

use diesel::prelude::*;
use msp_api::clock;
use msp_api::ids::Id;
use msp_api::policy::{CallerKind, Part, Role};
use msp_api::schema::people::{api_clients, users};
use serde_json::{Value, json};

use crate::stories::accepted_case;
use crate::support::{Actor, Server};

fn first_case(server: &Server) -> String {
    server.as_("adult").get("/v1/me").ok().text("/cases/0/id")
}

/// Names this agency on a northbank case with every section.
fn share(server: &Server, agency: &str) -> String {
    let case = first_case(server);
    let grant = json!({"relationship": "partner", "agencyId": agency, "reason": "Works with us", "sections": Part::ALL});
    server
        .as_("manager")
        .post(&format!("/v1/cases/{case}/grants"), &grant)
        .created();
    case
}

fn agency_of(server: &Server, client: &str) -> String {
    server.as_(client).get("/v1/me").ok().text("/agencyId")
}

/// A client of this agency with every scope that reads, serving these authorities, however it came to be.
fn client(server: &Server, agency: &str, authorities: &[&str]) -> (Actor, Id) {
    let scopes = [
        "referrals:submit",
        "referrals:read",
        "enquiries:write",
        "actions:write",
    ]
    .map(str::to_owned)
    .to_vec();
    let client = msp_api::people::clients::ApiClient {
        id: Id::new(),
        name: format!("client-{}", Id::new()),
        agency_id: Id::parse(agency).unwrap(),
        scopes: msp_api::db::types::Json(scopes.clone()),
        default_authority: Some(authorities[0].to_owned()),
        authorities: msp_api::db::types::Json(authorities.iter().map(|one| (*one).to_owned()).collect()),
        enabled: true,
        created_at: clock::now(),
    };
    let id = client.id;
    server.database(move |conn| Ok(msp_api::people::clients::insert(conn, &client, "a secret")?));
    let token = server
        .app()
        .tokens
        .issue(id, CallerKind::Client, &scopes, clock::now())
        .unwrap();
    (server.with_token(&token), id)
}

/// Somebody without a role who works for this agency, registered by this authority.
fn worker(server: &Server, name: &str, agency: &str, authority: &str, role: Option<Role>) -> Actor {
    let actor = server.add_user(name, role.unwrap_or(Role::Analyst), authority, None);
    let (id, agency) = (
        Id::parse(&actor.get("/v1/me").ok().id()).unwrap(),
        Id::parse(agency).unwrap(),
    );
    let keeps_role = role.is_some();
    server.database(move |conn| {
        let user = users::table.find(id);
        diesel::update(user)
            .set(users::agency_id.eq(agency))
            .execute(conn)?;
        if !keeps_role {
            msp_api::people::users::set_roles(conn, id, &[])?;
        }
        Ok(())
    });
    actor
}

fn agree(admin: &Actor, agency: &str, authority: &str, days: &Value) {
    let place = format!("/v1/agencies/{agency}/agreements/{authority}");
    admin.put(&place, days).if_match(&admin.tag(&place)).ok();
}

on_both_databases! {
    fn s05_s06_what_is_shared_with_an_agency_is_read_where_the_agreement_and_the_authority_are(server) {
        let agency = agency_of(server, "nhs-intake");
        let case = share(server, &agency);
        let reads = |who: &Actor| {
            let all = [format!("/v1/cases/{case}"), format!("/v1/cases/{case}/desired-outcomes"), format!("/v1/cases/{case}/wishes")];
            let found: Vec<u16> = all.iter().map(|path| who.get(path).send().status).collect();
            assert!(found.iter().all(|status| *status == found[0]), "{found:?}");
            found[0]
        };
        let (here, _) = client(server, &agency, &["northbank"]);
        let (elsewhere, _) = client(server, &agency, &["eastmoor"]);
        let (both, _) = client(server, &agency, &["eastmoor", "northbank"]);
        let nurse = worker(server, "nurse", &agency, "northbank", None);
        let nurse_elsewhere = worker(server, "nurse-elsewhere", &agency, "eastmoor", None);
        for (who, expected) in [(&here, 200), (&elsewhere, 404), (&both, 200), (&nurse, 200), (&nurse_elsewhere, 404)] {
            assert_eq!(reads(who), expected);
        }
        // A role that looks after accounts, checks or counts never stands beside an agency.
        for (name, role) in [("a", Role::Admin), ("b", Role::Auditor), ("c", Role::Board), ("d", Role::Analyst)] {
            let answered = reads(&worker(server, name, &agency, "northbank", Some(role)));
            assert!([403, 404].contains(&answered), "{role:?}: {answered}");
        }
        // The end of the agreement with northbank ends it for whoever calls; the one with eastmoor does not help.
        agree(&server.as_("admin"), &agency, "northbank", &json!({"from": "2020-01-01", "until": "2020-12-31"}));
        for who in [&here, &both, &nurse] {
            assert_eq!(reads(who), 404);
        }
        // Without any agreement at all likewise.
        agree(&server.as_("admin"), &agency, "northbank", &json!({}));
        for who in [&here, &both, &nurse] {
            assert_eq!(reads(who), 404);
        }
        agree(&server.as_("admin"), &agency, "northbank", &json!({"from": "2020-01-01"}));
        for who in [&here, &both, &nurse] {
            assert_eq!(reads(who), 200);
        }
    }

    fn s06_an_enquiry_that_was_caused_is_read_only_where_the_client_serves(server) {
        let agency = agency_of(server, "nhs-intake");
        let (_, case) = accepted_case(server, "PPN-S06");
        let list = format!("/v1/cases/{case}/caused-enquiries");
        let request = json!({"agencyId": agency, "scope": "The night visits"});
        let asked = server.as_("practitioner").post(&list, &request).created();
        let one = asked.header("location");
        let (here, _) = client(server, &agency, &["northbank"]);
        let (elsewhere, _) = client(server, &agency, &["eastmoor"]);
        here.get(&one).ok();
        elsewhere.get(&one).expect(404);
        elsewhere.get(&list).expect(404);
    }

    fn s06_receipts_are_read_by_authority_and_referrals_always_land(server) {
        let police = server.as_("police-intake");
        let agency = agency_of(server, "police-intake");
        let mut referral = json!({"agencyReference": "PPN-EAST", "authority": "eastmoor", "adult": {"familyName": "Moor"},
            "concern": {"summary": "Money missing"}, "adultAgreesToShare": "yes"});
        let east = police.post("/v1/referrals", &referral).created().id();
        referral["agencyReference"] = json!("PPN-NORTH");
        referral["authority"] = json!("northbank");
        let north = police.post("/v1/referrals", &referral).created().id();
        let (of_north, _) = client(server, &agency, &["northbank"]);
        of_north.get(&format!("/v1/referrals/{north}")).ok();
        of_north.get(&format!("/v1/referrals/{east}")).expect(404);
        let listed = of_north.get("/v1/referrals?limit=100").ok().text;
        assert!(listed.contains(&north) && !listed.contains(&east));
        // The agreement with northbank ends: its receipts are kept back with a reason, eastmoor's go on.
        agree(&server.as_("admin"), &agency, "northbank", &json!({"from": "2020-01-01", "until": "2020-12-31"}));
        police.get(&format!("/v1/referrals/{north}")).expect(403);
        police.get(&format!("/v1/referrals/{east}")).ok();
        let listed = police.get("/v1/referrals?limit=100").ok().text;
        assert!(!listed.contains(&north) && listed.contains(&east));
        let update = json!({"kind": "additional_information", "text": "She rang again"});
        police.post(&format!("/v1/referrals/{north}/updates"), &update).created();
        referral["agencyReference"] = json!("PPN-NORTH-2");
        let later = police.post("/v1/referrals", &referral).created().id();
        assert_eq!(server.as_("manager").get(&format!("/v1/referrals/{later}")).ok().body["agreementLapsed"], true);
    }

    fn s06_an_agency_is_amended_by_who_registered_it_and_each_agreement_by_its_own_authority(server) {
        let (north, manager) = (server.as_("admin"), server.as_("manager"));
        let east = server.add_user("admin-eastmoor", Role::Admin, "eastmoor", None);
        let new = json!({"name": "Harbour Hospice", "agencyType": "nhs_community", "agreements": [{"authority": "northbank", "from": "2026-01-01"}]});
        let agency = north.post("/v1/agencies", &new).created();
        assert_eq!(agency.text("/registeredByAuthority"), "northbank");
        let place = format!("/v1/agencies/{}", agency.id());
        manager.get(&place).ok();
        east.get(&place).expect(404);
        assert!(!east.get("/v1/agencies?limit=100").ok().text.contains("Harbour Hospice"));
        // Eastmoor finds the one entry there is by its name, and keeps an agreement of its own.
        let again = json!({"name": "Harbour Hospice", "agencyType": "other", "agreements": [{"authority": "eastmoor"}]});
        let known = east.post("/v1/agencies", &again).expect(409).text("/existing");
        assert_eq!(known, agency.id());
        let elsewhere = json!({"name": "Another", "agencyType": "other", "agreements": [{"authority": "northbank"}]});
        assert_eq!(east.post("/v1/agencies", &elsewhere).expect(422).pointers("errors"), ["/agreements/0/authority"]);
        agree(&east, &known, "eastmoor", &json!({"from": "2026-02-01"}));
        let read = east.get(&place).ok();
        assert_eq!(read.body["agreements"], json!([{"authority": "eastmoor", "from": "2026-02-01"}]), "northbank's is northbank's");
        for (who, authority) in [(&east, "northbank"), (&north, "eastmoor"), (&manager, "eastmoor")] {
            let theirs = format!("{place}/agreements/{authority}");
            who.get(&theirs).expect(404);
            let refused = who.put(&theirs, &json!({})).if_match("W/\"1\"").send().status;
            assert!([403, 404].contains(&refused), "{authority}: {refused}");
        }
        let renamed = json!({"name": "Eastmoor Hospice"});
        east.patch(&place, &renamed).if_match(&read.tag()).expect(403);
        manager.patch(&place, &renamed).if_match(&read.tag()).expect(403);
        north.patch(&place, &renamed).if_match(&north.tag(&place)).ok();
    }

    fn s06_a_client_is_registered_only_where_one_administers_and_of_an_agency_known_there(server) {
        let east = server.add_user("admin-eastmoor", Role::Admin, "eastmoor", None);
        let north = server.as_("admin");
        let hospice = json!({"name": "Harbour Hospice", "agencyType": "nhs_community"});
        let hospice = north.post("/v1/agencies", &hospice).created().id();
        let entry = |agency: &str, authority: &str| json!({"name": format!("x-{authority}"), "agencyId": agency,
            "scopes": ["actions:write"], "authorities": [authority]});
        let refused = east.post("/v1/api-clients", &entry(&hospice, "eastmoor")).expect(422);
        assert_eq!(refused.pointers("errors"), ["/agencyId"]);
        let refused = east.post("/v1/api-clients", &entry(&agency_of(server, "nhs-intake"), "northbank")).expect(422);
        assert_eq!(refused.pointers("errors"), ["/authorities/0"]);
        north.post("/v1/api-clients", &entry(&hospice, "northbank")).created();
        server.second_person_approves();
        let all: i64 = server.database(|conn| Ok(api_clients::table.count().get_result(conn)?));
        assert_eq!(all, 3);
    }
}
