/** What makes an error an answer: the status that it is sent with, and what the document says of it. */
export const answer = (httpApiStatus: number, description: string) => ({ httpApiStatus, description })
