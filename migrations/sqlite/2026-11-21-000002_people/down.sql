DROP TABLE advocates;
DROP TABLE adults;
DROP TABLE client_secrets;
DROP TABLE api_clients;
DROP TABLE team_members;
DROP TABLE teams;
DROP TABLE users;
DROP TABLE agencies;
