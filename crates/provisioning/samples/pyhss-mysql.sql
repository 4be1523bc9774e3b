-- MySQL dump 10.19  Distrib 10.3.39-MariaDB
--
-- Host: localhost    Database: pyhss
/*!40101 SET NAMES utf8mb4 */;
DROP TABLE IF EXISTS `apn`;
CREATE TABLE `apn` (
  `apn_id` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `apn` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `ip_version` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `pgw_address` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `sgw_address` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `charging_characteristics` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `apn_ambr_dl` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `apn_ambr_ul` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `qci` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `arp_priority` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `arp_preemption_capability` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `arp_preemption_vulnerability` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `charging_rule_list` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `nbiot` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `nidd_scef_id` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `nidd_scef_realm` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `nidd_mechanism` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `nidd_rds` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `nidd_preferred_data_mode` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `last_modified` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  PRIMARY KEY (`apn_id`),
  KEY `ix` (`apn`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
LOCK TABLES `apn` WRITE;
INSERT INTO `apn` VALUES
(1,'internet',0,'10.98.0.20','10.98.0.10','0800',50000000,20000000,9,4,0,1,NULL,0,NULL,NULL,NULL,NULL,NULL,'2024-05-01T10:00:00Z'),
(2,'ims',3,NULL,NULL,'0800',128000,128000,5,1,1,0,'1,2',0,NULL,NULL,NULL,NULL,NULL,'2024-05-01T10:00:00Z'),
(3,'meter',4,NULL,NULL,NULL,1000,1000,9,15,0,1,NULL,1,'scef.example.org','example.org',1,0,1,'2024-05-01T10:00:00Z'),
(4,'corp',2,'pgw.example.org',NULL,'0C00',0,0,9,4,0,1,NULL,0,NULL,NULL,NULL,NULL,NULL,'2024-05-01T10:00:00Z');
UNLOCK TABLES;
DROP TABLE IF EXISTS `auc`;
CREATE TABLE `auc` (
  `auc_id` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `ki` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `opc` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `amf` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `sqn` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `iccid` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `imsi` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `batch_name` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `sim_vendor` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `esim` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `lpa` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `pin1` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `pin2` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `puk1` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `puk2` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `kid` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `psk` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `des` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `adm1` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `algo` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `misc1` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `misc2` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `misc3` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `misc4` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `last_modified` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  PRIMARY KEY (`auc_id`),
  KEY `ix` (`ki`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
LOCK TABLES `auc` WRITE;
INSERT INTO `auc` VALUES
(1,'465b5ce8b199b49faa5f0a2ee238a6bc','cd63cb71954a9f4e48a5994e37a02baf','8000',3201,'8949001','001010000000001','b\'1','Acme',0,NULL,'1234',NULL,NULL,NULL,NULL,NULL,NULL,'55667788','3',NULL,NULL,NULL,NULL,'2024-05-01T10:00:00Z'),
(2,'0396eb317b6d1c36f19c1c84cd6ffd16','53c15671c60a4b731c55b4a441c0bde2','9001',0,NULL,'001010000000002',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'1',NULL,NULL,NULL,NULL,'2024-05-01T10:00:00Z'),
(3,'465b5ce8b199b49faa5f0a2ee238a6bc','cd63cb71954a9f4e48a5994e37a02baf','8000',NULL,NULL,'001010000000003',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'3',NULL,NULL,NULL,NULL,'2024-05-01T10:00:00Z'),
(4,'465b5ce8b199b49faa5f0a2ee238a6bc','cd63cb71954a9f4e48a5994e37a02baf','8000',281474976710655,NULL,'001010000000004',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'3',NULL,NULL,NULL,NULL,'2024-05-01T10:00:00Z'),
(5,'465b5ce8b199b49faa5f0a2ee238a6bc','cd63cb71954a9f4e48a5994e37a02baf','8000',100,NULL,'001010000000005',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'3',NULL,NULL,NULL,NULL,'2024-05-01T10:00:00Z'),
(6,'465b5ce8b199b49faa5f0a2ee238a6bc','cd63cb71954a9f4e48a5994e37a02baf','8000',100,'8949006','001010000000006',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'3',NULL,NULL,NULL,NULL,'2024-05-01T10:00:00Z');
UNLOCK TABLES;
DROP TABLE IF EXISTS `subscriber`;
CREATE TABLE `subscriber` (
  `subscriber_id` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `imsi` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `enabled` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `auc_id` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `default_apn` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `apn_list` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `msisdn` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `ue_ambr_dl` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `ue_ambr_ul` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `nam` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `roaming_enabled` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `roaming_rule_list` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `subscribed_rau_tau_timer` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `serving_mme` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `last_modified` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  PRIMARY KEY (`subscriber_id`),
  KEY `ix` (`imsi`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
LOCK TABLES `subscriber` WRITE;
INSERT INTO `subscriber` VALUES
(1,'001010000000001',1,1,1,'1,2','33612345678',99999999,88888888,2,1,NULL,300,'mme.example.org','2024-05-01T10:00:00Z'),
(2,'001010000000002',1,2,2,'2,3','33612345679',999999,999999,0,1,'3',600,NULL,'2024-05-01T10:00:00Z'),
(3,'001010000000003',0,3,4,'4',NULL,999999,999999,0,0,NULL,300,NULL,'2024-05-01T10:00:00Z'),
(4,'001010000000004',1,4,1,'1',NULL,999999,999999,0,1,NULL,300,NULL,'2024-05-01T10:00:00Z'),
(5,'001010000000005',1,5,1,'1,9',NULL,999999,999999,0,1,NULL,300,NULL,'2024-05-01T10:00:00Z'),
(7,'001010000000007',1,99,1,'1',NULL,999999,999999,0,1,NULL,300,NULL,'2024-05-01T10:00:00Z');
UNLOCK TABLES;
DROP TABLE IF EXISTS `ims_subscriber`;
CREATE TABLE `ims_subscriber` (
  `ims_subscriber_id` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `msisdn` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `msisdn_list` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `imsi` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `ifc_path` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `pcscf` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `xcap_profile` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `sh_profile` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `scscf` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `sh_template_path` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `last_modified` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  PRIMARY KEY (`ims_subscriber_id`),
  KEY `ix` (`msisdn`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
LOCK TABLES `ims_subscriber` WRITE;
INSERT INTO `ims_subscriber` VALUES
(1,'33612345678','33612345678,+33612345999','001010000000001','default_ifc.xml','pcscf.example.org',NULL,NULL,'sip:scscf.example.org',NULL,'2024-05-01T10:00:00Z'),
(2,'33612345679',NULL,NULL,NULL,NULL,'<simservs/>',NULL,NULL,NULL,'2024-05-01T10:00:00Z');
UNLOCK TABLES;
DROP TABLE IF EXISTS `subscriber_routing`;
CREATE TABLE `subscriber_routing` (
  `subscriber_routing_id` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `subscriber_id` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `apn_id` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `ip_version` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `ip_address` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `last_modified` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  PRIMARY KEY (`subscriber_routing_id`),
  KEY `ix` (`subscriber_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
LOCK TABLES `subscriber_routing` WRITE;
INSERT INTO `subscriber_routing` VALUES
(1,1,1,0,'100.64.0.7','2024-05-01T10:00:00Z');
UNLOCK TABLES;
DROP TABLE IF EXISTS `roaming_network`;
CREATE TABLE `roaming_network` (
  `roaming_network_id` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `name` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `preference` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `mcc` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `mnc` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `last_modified` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  PRIMARY KEY (`roaming_network_id`),
  KEY `ix` (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
LOCK TABLES `roaming_network` WRITE;
INSERT INTO `roaming_network` VALUES
(1,'Denied',1,'901','070','2024-05-01T10:00:00Z'),
(2,'Other',1,'310','410','2024-05-01T10:00:00Z'),
(3,'Third',1,'262','01','2024-05-01T10:00:00Z');
UNLOCK TABLES;
DROP TABLE IF EXISTS `roaming_rule`;
CREATE TABLE `roaming_rule` (
  `roaming_rule_id` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `roaming_network_id` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `allow` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `enabled` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `last_modified` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  PRIMARY KEY (`roaming_rule_id`),
  KEY `ix` (`roaming_network_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
LOCK TABLES `roaming_rule` WRITE;
INSERT INTO `roaming_rule` VALUES
(1,1,0,1,'2024-05-01T10:00:00Z'),
(2,2,0,1,'2024-05-01T10:00:00Z'),
(3,2,1,1,'2024-05-01T10:00:00Z'),
(4,3,0,0,'2024-05-01T10:00:00Z');
UNLOCK TABLES;
DROP TABLE IF EXISTS `eir`;
CREATE TABLE `eir` (
  `eir_id` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `imei` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `imsi` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `regex_mode` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `match_response_code` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `last_modified` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  PRIMARY KEY (`eir_id`),
  KEY `ix` (`imei`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
LOCK TABLES `eir` WRITE;
INSERT INTO `eir` VALUES
(1,'35.*',NULL,1,0,'2024-05-01T10:00:00Z');
UNLOCK TABLES;
DROP TABLE IF EXISTS `operation_log`;
CREATE TABLE `operation_log` (
  `id` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `item_id` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  `operation_id` varchar(64) DEFAULT NULL COMMENT 'a, (b)',
  PRIMARY KEY (`id`),
  KEY `ix` (`item_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
LOCK TABLES `operation_log` WRITE;
INSERT INTO `operation_log` VALUES
(1,1,'it\'s; a \"test\"');
UNLOCK TABLES;
