DROP TABLE invitations;
DROP TABLE app_access_decisions;
DROP TABLE case_requests;
DROP TABLE notices;
DROP TABLE emergency_access;
DROP TABLE case_conflicts;
DROP TABLE case_grants;
