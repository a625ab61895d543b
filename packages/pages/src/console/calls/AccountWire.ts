/** What the admin API answers about who did what, who may, and what is wrong, by its own definition. Types alone. */
import type * as Access from "@flash-sale/domain/api/admin/access/AdminAccess"
import type * as Archive from "@flash-sale/domain/api/admin/archive/ArchiveBodies"
import type * as Doctor from "@flash-sale/domain/api/admin/doctor/AdminDoctor"

export type AuditRow = typeof Archive.AuditEntry.Encoded
export type AuditPage = typeof Archive.AuditPage.Encoded
export type KeyView = typeof Access.KeyView.Encoded
export type KeyList = typeof Access.KeyList.Encoded
export type DoctorReport = typeof Doctor.DoctorReport.Encoded
